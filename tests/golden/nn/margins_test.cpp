// Case p: margins, in float32 as the programs that labs use compute them, and in double as they are defined.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fedfr/nn/margins/margin.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

using test::GoldenFile;
using test::int_tensor;
using test::leaf;

constexpr const char* file_name = "p_margins.h5";

/// One of the two types in which everything is given.
struct Precise {
  at::ScalarType type;
  const char* suffix;  ///< of the names
  double logits, loss, gradients;

  at::Tensor read(const GoldenFile& file, const std::string& name) const {
    const auto values = file.doubles(name);
    const at::Tensor out = at::empty(file.shape(name), at::kDouble);
    std::ranges::copy(values, out.data_ptr<double>());
    return out.to(type);
  }
};
constexpr Precise in_float{at::kFloat, "", 1e-5, 5e-6, 5e-5};
constexpr Precise in_double{at::kDouble, "_f64", 1e-10, 1e-10, 1e-10};

double relative_error(const at::Tensor& actual, const at::Tensor& expected) {
  const at::Tensor e = expected.to(at::kDouble);
  return ((actual.detach().to(at::kDouble) - e).abs().max() / e.abs().max()).item<double>();
}

struct Batch {
  at::Tensor features, weight, labels;

  Batch(const GoldenFile& file, const std::string& features_in, const std::string& weight_in,
        at::ScalarType type)
      : features(leaf(test::tensor(file, features_in + "/features").to(type))),
        weight(leaf(test::tensor(file, weight_in + "/weight").to(type))),
        labels(int_tensor(file, features_in + "/labels")) {}
};

/// Everything that a group gives of one margin.
/// @param norms  AdaFace's state, of the type
void check(const GoldenFile& file, const std::string& group, const Batch& batch, const MarginConfig& config,
           const Precise& precise, const at::Tensor& norms = {}) {
  SCOPED_TRACE(group + " in " + (precise.type == at::kFloat ? "float32" : "double"));
  const std::string through = config.straight_through ? "_straight_through" : "";
  const auto expected = [&](const std::string& name) {
    return precise.read(file, group + "/" + name + precise.suffix);
  };
  const at::Tensor state = norms.defined() ? norms.clone() : norms;
  EXPECT_LT(relative_error(margin_logits(batch.features, batch.weight, batch.labels, config, state),
                           expected("logits")),
            precise.logits);
  const at::Tensor loss = margin_softmax_loss(batch.features, batch.weight, batch.labels, config, norms);
  EXPECT_LT(relative_error(loss, expected("loss")), precise.loss);
  batch.features.mutable_grad() = at::Tensor();
  batch.weight.mutable_grad() = at::Tensor();
  loss.backward();
  EXPECT_LT(relative_error(batch.features.grad(), expected("dfeatures" + through)), precise.gradients);
  EXPECT_LT(relative_error(batch.weight.grad(), expected("dweight" + through)), precise.gradients);
}

void check_both(const GoldenFile& file, const std::string& group, const MarginConfig& config) {
  for (const Precise& precise : {in_float, in_double})
    check(file, group, Batch(file, "inputs", "inputs", precise.type), config, precise);
}

MarginConfig with_m(const GoldenFile& file, const std::string& group, Margin kind) {
  return {.kind = kind, .scale = file.number(group, "s"), .margin = file.number(group, "m")};
}

TEST(GoldenP, CosFace) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  check_both(file, "cosface", with_m(file, "cosface", Margin::cosface));
}

TEST(GoldenP, ArcFaceInItsForms) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  const std::pair<const char*, AngleForm> forms[] = {{"arcface_plain", AngleForm::plain},
                                                     {"arcface_guarded", AngleForm::guarded},
                                                     {"arcface_easy", AngleForm::easy}};
  for (const auto& [group, form] : forms) {
    MarginConfig config = with_m(file, group, Margin::arcface);
    config.form = form;
    check_both(file, group, config);
  }
}

TEST(GoldenP, ArcFaceAsArcfaceTorchDifferentiatesAndFilters) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  for (const std::string group : {"arcface_plain", "arcface_filter"}) {
    MarginConfig config = with_m(file, group, Margin::arcface);
    if (group == "arcface_filter") config.filter = file.number(group, "filter");
    config.straight_through = true;
    check_both(file, group, config);
    config.straight_through = false;
    check_both(file, group, config);
  }
}

TEST(GoldenP, CombinedMargins) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  for (const auto& group : file.children("."))
    if (group.starts_with("combined_"))
      check_both(file, group,
                 {.kind = Margin::combined,
                  .scale = file.number(group, "s"),
                  .combined = {.m1 = file.number(group, "m1"),
                               .m2 = file.number(group, "m2"),
                               .m3 = file.number(group, "m3")}});
}

TEST(GoldenP, MagFaceInItsForms) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  for (const std::string group : {"magface_easy", "magface_guarded"}) {
    const auto number = [&](const char* name) { return file.number(group, name); };
    check_both(file, group,
               {.kind = Margin::magface,
                .scale = number("s"),
                .form = number("easy_margin") != 0 ? AngleForm::easy : AngleForm::guarded,
                .magface = {.lowest_norm = number("l_a"),
                            .highest_norm = number("u_a"),
                            .lowest = number("l_m"),
                            .highest = number("u_m"),
                            .weight = number("lambda_g")}});
  }
}

TEST(GoldenP, AdaFaceAndItsStatistics) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  for (const std::string group : {"adaface", "adaface_settled"}) {
    MarginConfig config = with_m(file, group, Margin::adaface);
    config.adaface = {.h = file.number(group, "h"), .alpha = file.number(group, "ema_alpha")};
    for (const Precise& precise : {in_float, in_double}) {
      at::Tensor norms;  // goes on from step to step
      for (const auto& step : file.children(group)) {
        const std::string in = group + "/" + step;
        if (!norms.defined()) norms = precise.read(file, in + "/state_before" + precise.suffix);
        check(file, in, Batch(file, in, "inputs", precise.type), config, precise, norms);
        EXPECT_LT(relative_error(norms, precise.read(file, in + "/state_after" + precise.suffix)),
                  precise.logits);
      }
    }
  }
}

/// The first cosine is where the guard switches: in float32 it may fall on either side.
TEST(GoldenP, ArcFaceWhereItsGuardSwitches) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  MarginConfig config = with_m(file, "exact_switch", Margin::arcface);
  config.form = AngleForm::guarded;
  check(file, "exact_switch", Batch(file, "exact_switch", "exact_switch", at::kDouble), config, in_double);
  const Batch batch(file, "exact_switch", "exact_switch", at::kFloat);
  const at::Tensor logits = margin_logits(batch.features, batch.weight, batch.labels, config);
  EXPECT_LT(relative_error(logits.slice(0, 1), test::tensor(file, "exact_switch/logits").slice(0, 1)),
            in_float.logits);
  const double own = logits[0][batch.labels[0].item<std::int64_t>()].item<double>();
  EXPECT_TRUE(std::abs(own + 64) < 1e-3 || std::abs(own + 64 * (std::cos(.5) + .5 * std::sin(.5))) < 1e-3)
      << own;
}

TEST(GoldenP, CosinesOfExactlyOneAndMinusOne) {
  FEDFR_NEEDS_GOLDEN(file_name);
  const GoldenFile file(file_name);
  struct Case {
    const char* name;
    Margin kind;
    AngleForm form;
    double m;
  };
  const Case cases[] = {{"cosface", Margin::cosface, {}, .4},
                        {"arcface_plain", Margin::arcface, AngleForm::plain, .5},
                        {"arcface_guarded", Margin::arcface, AngleForm::guarded, .5},
                        {"arcface_easy", Margin::arcface, AngleForm::easy, .5},
                        {"magface_easy", Margin::magface, AngleForm::easy, 0},
                        {"magface_guarded", Margin::magface, AngleForm::guarded, 0},
                        {"adaface", Margin::adaface, {}, .4}};
  for (const auto& [name, kind, form, m] : cases) {
    for (const Precise& precise : {in_float, in_double}) {
      SCOPED_TRACE(name);
      // AdaFace's state is that of after the batch: alpha = 0 leaves it.
      const MarginConfig config{
          .kind = kind, .scale = 64, .margin = m, .form = form, .adaface = {.alpha = 0}};
      const at::Tensor norms = precise.read(file, "adaface_settled/step0/state_before");
      const Batch batch(file, "exact_one", "exact_one", precise.type);
      const at::Tensor logits = margin_logits(batch.features, batch.weight, batch.labels, config, norms);
      EXPECT_LT(
          relative_error(logits, in_double.read(file, std::string("exact_one/logits_") + name + "_f64")),
          precise.logits);
      margin_softmax_loss(batch.features, batch.weight, batch.labels, config, norms).backward();
      EXPECT_TRUE(std::isfinite(test::norm(batch.features.grad().to(at::kFloat))));
      EXPECT_TRUE(std::isfinite(test::norm(batch.weight.grad().to(at::kFloat))));
    }
  }
}

}  // namespace
}  // namespace fedfr::nn
