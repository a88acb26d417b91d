// Cases a (CosFace), b (decoupled feature customisation), c (contrastive) and d (their combination).
#include "fedfr/nn/losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <gtest/gtest.h>

#include "fedfr/nn/converter.hpp"
#include "fedfr/nn/margins/margin.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

using test::GoldenFile;
using test::int_tensor;
using test::leaf;
using test::relative_error;
using test::tensor;

MarginConfig margin_of(const GoldenFile& file, const std::string& object) {
  return {.kind = Margin::cosface, .scale = file.number(object, "s"), .margin = file.number(object, "m")};
}

TEST(GoldenA, CosFaceLogitsLossAndGradients) {
  FEDFR_NEEDS_GOLDEN("a_cosface.h5");
  constexpr double tolerance = 1e-5;
  const GoldenFile file("a_cosface.h5");
  for (const auto& group : file.children(".")) {
    SCOPED_TRACE(group);
    const auto in = [&](const char* name) { return group + "/" + name; };
    const at::Tensor features = leaf(tensor(file, in("features")));
    const at::Tensor weight = leaf(tensor(file, in("weight")));
    const at::Tensor labels = int_tensor(file, in("labels"));
    const MarginConfig config = margin_of(file, group);
    EXPECT_LT(
        relative_error(at::matmul(unit_rows(features), unit_rows(weight).t()), tensor(file, in("cosine"))),
        tolerance);
    EXPECT_LT(relative_error(margin_logits(features, weight, labels, config), tensor(file, in("logits"))),
              tolerance);
    const at::Tensor loss = margin_softmax_loss(features, weight, labels, config);
    EXPECT_LT(relative_error(loss.item<double>(), file.doubles(in("loss")).at(0)), tolerance);
    EXPECT_LT(relative_error(loss.item<double>(), file.doubles(in("loss_f64")).at(0)), tolerance);
    loss.backward();
    EXPECT_LT(relative_error(features.grad(), tensor(file, in("dfeatures"))), tolerance);
    EXPECT_LT(relative_error(weight.grad(), tensor(file, in("dweight"))), tolerance);
  }
}

DfcConfig dfc_of(const GoldenFile& file) {
  return {.scale = file.number(".", "r"),
          .margin = file.number(".", "m"),
          .lambda = file.number(".", "lambda"),
          .power = file.number(".", "t")};
}

constexpr double dfc_tolerance = 1e-4;

/// Everything of a group but the converter's own parameters.
void check_dfc(const GoldenFile& file, const std::string& group, Converter kind,
               const std::vector<at::Tensor>& converter) {
  const auto in = [&](const char* name) { return group + "/" + name; };
  const at::Tensor features = leaf(tensor(file, in("features")));
  const at::Tensor weight = leaf(tensor(file, in("weight")));
  const at::Tensor bias = leaf(tensor(file, in("bias")));
  const at::Tensor labels = int_tensor(file, in("labels"));
  const at::Tensor converted = convert(kind, converter, features);
  EXPECT_LT(relative_error(converted, tensor(file, in("converted"))), dfc_tolerance);
  EXPECT_LT(
      relative_error(dfc_logits(converted, weight, bias, labels, dfc_of(file)), tensor(file, in("logits"))),
      dfc_tolerance);
  const at::Tensor loss = dfc_loss(converted, weight, bias, labels, dfc_of(file));
  EXPECT_LT(relative_error(loss.item<double>(), file.doubles(in("loss")).at(0)), dfc_tolerance);
  EXPECT_LT(relative_error(loss.item<double>(), file.doubles(in("stable_f64/loss")).at(0)), dfc_tolerance);
  loss.backward();
  EXPECT_LT(relative_error(features.grad(), tensor(file, in("dfeatures"))), dfc_tolerance);
  EXPECT_LT(relative_error(weight.grad(), tensor(file, in("dweight"))), dfc_tolerance);
  EXPECT_LT(relative_error(bias.grad(), tensor(file, in("dbias"))), dfc_tolerance);
}

TEST(GoldenB, BinaryHeadsOnALinearConverter) {
  FEDFR_NEEDS_GOLDEN("b_dfc_bce.h5");
  const GoldenFile file("b_dfc_bce.h5");
  for (const std::string group : {"typical", "saturated", "all_public"}) {
    SCOPED_TRACE(group);
    const std::vector<at::Tensor> converter = {leaf(tensor(file, group + "/converter_weight")),
                                               leaf(tensor(file, group + "/converter_bias"))};
    check_dfc(file, group, Converter::linear, converter);
    EXPECT_LT(relative_error(converter[0].grad(), tensor(file, group + "/dconverter_weight")), dfc_tolerance);
    EXPECT_LT(relative_error(converter[1].grad(), tensor(file, group + "/dconverter_bias")), dfc_tolerance);
  }
}

TEST(GoldenB, BinaryHeadsOnTheBottleneckConverter) {
  FEDFR_NEEDS_GOLDEN("b_dfc_bce.h5");
  const GoldenFile file("b_dfc_bce.h5");
  const auto number = [&](const char* name) { return file.number("bottleneck", name); };
  const auto names = file.strings("bottleneck/converter_names");
  const auto specs = converter_specs(Converter::bottleneck, file.shape("bottleneck/features").at(1), "");
  ASSERT_EQ(specs.size(), names.size());
  std::vector<at::Tensor> converter;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    EXPECT_EQ(specs[i].name, names[i]);
    converter.push_back(
        leaf(test::formula_tensor(static_cast<std::uint64_t>(number("formula_seed")),
                                  static_cast<std::uint64_t>(number("formula_first_tensor")) + i,
                                  number("formula_scale"), 0, specs[i].shape)));
  }
  check_dfc(file, "bottleneck", Converter::bottleneck, converter);
  const auto norms = file.doubles("bottleneck/dconverter_norm");
  for (std::size_t i = 0; i < converter.size(); ++i)
    EXPECT_LT(relative_error(test::norm(converter[i].grad()), norms[i]), dfc_tolerance) << names[i];
}

TEST(GoldenC, ContrastiveTerm) {
  FEDFR_NEEDS_GOLDEN("c_contrastive.h5");
  constexpr double tolerance = 1e-6;
  const GoldenFile file("c_contrastive.h5");
  const double temperature = file.number(".", "temperature");
  for (const auto& group : file.children(".")) {
    SCOPED_TRACE(group);
    const auto in = [&](const char* name) { return group + "/" + name; };
    const at::Tensor features = leaf(tensor(file, in("features")));
    const at::Tensor loss = contrastive_loss(features, tensor(file, in("global_features")),
                                             tensor(file, in("previous_features")), temperature);
    EXPECT_LT(relative_error(loss.item<double>(), file.doubles(in("loss")).at(0)), tolerance);
    loss.backward();
    const at::Tensor expected = tensor(file, in("dfeatures"));
    const double largest = expected.abs().max().item<double>();
    if (group == "previous_equals_global")  // the gradient vanishes
      EXPECT_LT((features.grad() - expected).abs().max().item<double>(), 1e-9);
    else
      EXPECT_LT((features.grad() - expected).abs().max().item<double>(), tolerance * largest);
  }
}

struct CombinedStep {
  at::Tensor features, local, publics, dfc_weight, dfc_bias, converter_weight, converter_bias;

  explicit CombinedStep(const GoldenFile& file) {
    const auto seed = static_cast<std::uint64_t>(file.number(".", "formula_seed"));
    features = leaf(tensor(file, "features"));
    local = leaf(tensor(file, "local_fc"));
    publics = leaf(tensor(file, "public_fc"));
    dfc_weight = leaf(tensor(file, "dfc_weight"));
    dfc_bias = leaf(tensor(file, "dfc_bias"));
    const std::int64_t d = features.size(1);
    converter_weight = leaf(at::eye(d) + test::formula_tensor(seed, 3100, .02, 0, {d, d}));
    converter_bias = leaf(test::formula_tensor(seed, 3101, .05, 0, {d}));
  }

  at::Tensor loss(const GoldenFile& file, bool detach) const {
    const at::Tensor labels = int_tensor(file, "labels");
    const at::Tensor cosface =
        margin_softmax_loss(features, at::cat({local, publics}), labels, margin_of(file, "."));
    const at::Tensor converted = convert(Converter::linear, std::vector{converter_weight, converter_bias},
                                         detach ? features.detach() : features);
    const at::Tensor bce = dfc_loss(converted, dfc_weight, dfc_bias, labels, DfcConfig{});
    const at::Tensor contrastive =
        contrastive_loss(features, tensor(file, "global_features"), tensor(file, "previous_features"),
                         file.number(".", "temperature"));
    EXPECT_LT(relative_error(cosface.item<double>(), file.doubles("loss_cosface").at(0)), 1e-5);
    EXPECT_LT(relative_error(bce.item<double>(), file.doubles("loss_bce").at(0)), 1e-5);
    EXPECT_LT(relative_error(contrastive.item<double>(), file.doubles("loss_contrastive").at(0)), 1e-5);
    return cosface + bce * file.number(".", "bce_weight") +
           contrastive * file.number(".", "contrastive_weight");
  }
};

TEST(GoldenD, CombinedStepReachesEveryParameter) {
  FEDFR_NEEDS_GOLDEN("d_combined_step.h5");
  constexpr double tolerance = 1e-5;
  const GoldenFile file("d_combined_step.h5");
  const CombinedStep step(file);
  const at::Tensor loss = step.loss(file, false);
  EXPECT_LT(relative_error(loss.item<double>(), file.doubles("loss").at(0)), tolerance);
  loss.backward();
  EXPECT_LT(relative_error(step.features.grad(), tensor(file, "dfeatures")), tolerance);
  EXPECT_LT(relative_error(step.local.grad(), tensor(file, "dlocal_fc")), tolerance);
  EXPECT_LT(relative_error(step.publics.grad(), tensor(file, "dpublic_fc")), tolerance);
  EXPECT_LT(relative_error(step.dfc_weight.grad(), tensor(file, "ddfc_weight")), tolerance);
  EXPECT_LT(relative_error(step.dfc_bias.grad(), tensor(file, "ddfc_bias")), tolerance);
  EXPECT_LT(relative_error(step.converter_bias.grad(), tensor(file, "dconverter_bias")), tolerance);
  EXPECT_LT(
      relative_error(step.converter_weight.grad().narrow(0, 0, 8), tensor(file, "dconverter_weight_rows8")),
      tolerance);
  const auto norms = file.doubles("dconverter_weight_row_norms");
  for (std::size_t row = 0; row < norms.size(); ++row)
    EXPECT_LT(
        relative_error(test::norm(step.converter_weight.grad()[static_cast<std::int64_t>(row)]), norms[row]),
        tolerance);
}

TEST(GoldenD, ADetachedBranchDoesNotBendTheSharedFeatures) {
  FEDFR_NEEDS_GOLDEN("d_combined_step.h5");
  const GoldenFile file("d_combined_step.h5");
  const CombinedStep step(file);
  step.loss(file, true).backward();
  EXPECT_LT(relative_error(step.features.grad(), tensor(file, "dfeatures_when_dfc_detached")), 1e-5);
}

}  // namespace
}  // namespace fedfr::nn
