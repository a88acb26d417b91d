// Case o: the networks with batch norm. In double against the numbers in double, which tells a mistake from
// rounding; in float32 within what rounding does, and that is more in training: see the golden README.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/nn/backbones/layered.hpp"
#include "golden_images.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

using test::GoldenFile;
using test::relative_error;

constexpr const char* golden_file = "o_backbones.h5";

struct Limits {
  at::ScalarType type;
  double embedding_in_evaluation, embedding_in_training, statistics;
  double gradient_norm, gradient_values, gradient_sum, vanishing;
};
constexpr Limits in_double{at::kDouble, 1e-8, 1e-8, 1e-8, 1e-8, 1e-8, 1e-8, 1e-12};
constexpr Limits in_float{at::kFloat, 1e-5, 2e-4, 1e-5, 5e-3, 0.05, 5e-3, 1e-6};

double norm_of(const at::Tensor& value) { return value.detach().to(at::kDouble).norm().item<double>(); }

/// Largest difference by the largest magnitude.
double error_of(const at::Tensor& actual, const std::vector<double>& expected) {
  const at::Tensor values = actual.detach().to(at::kDouble).contiguous().flatten();
  EXPECT_EQ(values.numel(), std::ssize(expected));
  double largest = 0;
  double difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(values.const_data_ptr<double>()[i] - expected[i]));
  }
  return difference / largest;
}

/// A network with the weights of the formula, and what of the file belongs to it.
class GoldenO : public testing::TestWithParam<std::tuple<const char*, Limits>> {
 protected:
  void SetUp() override {
    FEDFR_NEEDS_GOLDEN(golden_file);
    file_ = std::make_unique<GoldenFile>(golden_file);
    network_ = Backbone::make({.name = name()});
    ParameterSet parameters = network_->make_parameters();
    const auto scales = file_->floats(in("scale"));
    const auto offsets = file_->floats(in("offset"));
    ASSERT_EQ(scales.size(), parameters.specs().size());
    for (std::size_t i = 0; i < scales.size(); ++i)
      test::formula_fill(seed(), i, scales[i], offsets[i],
                         {parameters[i].data_ptr<float>(), static_cast<std::size_t>(parameters[i].numel())});
    parameters_ = parameters.as(limits().type);
  }

  std::string name() const { return std::get<0>(GetParam()); }
  const Limits& limits() const { return std::get<1>(GetParam()); }
  std::string in(const std::string& entry) const { return name() + "/" + entry; }
  /// The numbers in double, or those in float32, of an entry that has both.
  std::string typed(const std::string& entry) const {
    return in(entry) + (limits().type == at::kDouble ? "_f64" : "");
  }
  std::uint64_t seed() const { return static_cast<std::uint64_t>(file_->number(".", "formula_seed")); }
  at::Tensor images() const { return golden_images(*file_).to(limits().type); }
  const LayeredBackbone& network() const { return dynamic_cast<const LayeredBackbone&>(*network_); }

  void check_stages(const std::string& pass) const {
    const at::NoGradGuard no_grad;
    const auto names = file_->strings(in(pass + "/stage_names"));
    const auto norms = file_->doubles(typed(pass + "/stage_norm"));
    const auto outputs = network().outputs(parameters_, images(), pass == "train");
    ASSERT_EQ(names.size(), outputs.size());
    const double limit = pass == "train" ? limits().embedding_in_training : limits().embedding_in_evaluation;
    for (std::size_t s = 0; s < names.size(); ++s) {
      EXPECT_EQ(network().stages()[s].name, names[s]);
      EXPECT_LT(relative_error(norm_of(outputs[s]), norms[s]), limit) << names[s];
    }
  }

  std::unique_ptr<GoldenFile> file_;
  std::unique_ptr<Backbone> network_;
  ParameterSet parameters_;
};

TEST_P(GoldenO, TensorsAreThoseOfTheStateDict) {
  const auto names = file_->strings(in("state_names"));
  const auto shapes = file_->strings(in("state_shapes"));
  const auto norms = file_->doubles(in("state_norm"));
  const auto wants_gradient = file_->ints(in("requires_grad"));
  ASSERT_EQ(names.size(), parameters_.specs().size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& spec = parameters_.specs()[i];
    EXPECT_EQ(spec.name, names[i]);
    std::string shape;
    for (const auto side : spec.shape) shape += (shape.empty() ? "" : "x") + std::to_string(side);
    EXPECT_EQ(shape.empty() ? "scalar" : shape, shapes[i]) << names[i];
    EXPECT_EQ(spec.learning == Learning::by_gradient, wants_gradient[i] != 0) << names[i];
    EXPECT_NEAR(norm_of(parameters_[i]), norms[i], norms[i] * 1e-6) << names[i];
  }
}

TEST_P(GoldenO, Evaluation) {
  const at::NoGradGuard no_grad;
  check_stages("eval");
  EXPECT_LT(error_of(network_->embed(parameters_, images()), file_->doubles(typed("eval/embedding"))),
            limits().embedding_in_evaluation);
}

TEST_P(GoldenO, FrozenForManyImages) {
  if (limits().type != at::kFloat) return;  // it embeds in float32
  const at::NoGradGuard no_grad;
  const ParameterSet frozen = network_->frozen(parameters_, at::MemoryFormat::ChannelsLast, at::kFloat);
  EXPECT_LT(error_of(network_->embed(frozen, images().contiguous(at::MemoryFormat::ChannelsLast)),
                     file_->doubles(in("eval/embedding_f64"))),
            limits().embedding_in_evaluation);
}

TEST_P(GoldenO, TrainingMovesStatistics) {
  check_stages("train");  // one pass in training
  const auto norms = file_->strings(in("train/bn_names"));
  const auto means = file_->doubles(typed("train/running_mean_norm"));
  const auto variances = file_->doubles(typed("train/running_var_norm"));
  for (std::size_t i = 0; i < norms.size(); ++i) {
    EXPECT_LT(relative_error(norm_of(parameters_.at(norms[i] + ".running_mean")), means[i]),
              limits().statistics)
        << norms[i];
    EXPECT_LT(relative_error(norm_of(parameters_.at(norms[i] + ".running_var")), variances[i]),
              limits().statistics)
        << norms[i];
    EXPECT_EQ(parameters_.at(norms[i] + ".num_batches_tracked").item<double>(), 1) << norms[i];
  }
  for (const char* which : {"first_bn", "middle_bn", "last_bn"}) {
    const std::string group = in(std::string("train/") + which);
    const std::string norm = file_->text(group, "name");
    EXPECT_LT(error_of(parameters_.at(norm + ".running_mean"), file_->doubles(group + "/running_mean")), 1e-4)
        << norm;
    EXPECT_LT(error_of(parameters_.at(norm + ".running_var"), file_->doubles(group + "/running_var")), 1e-4)
        << norm;
  }
}

TEST_P(GoldenO, Gradients) {
  parameters_.set_trainable(true);
  const at::Tensor embedding = network_->embed_in_training(parameters_, images());
  EXPECT_LT(error_of(embedding, file_->doubles(typed("train/embedding"))), limits().embedding_in_training);
  const at::Tensor probe = test::formula_tensor(seed(), 4000, 1, 0, embedding.sizes().vec());
  (embedding * probe.to(limits().type)).sum().backward();

  const auto names = file_->strings(in("train/param_names"));
  const auto norms = file_->doubles(typed("train/grad_norm"));
  const auto sums = file_->doubles(typed("train/grad_sum"));
  const auto leading = file_->doubles(typed("train/grad_first8"));
  const auto vanishes = file_->ints(in("train/grad_vanishes"));
  const double largest = *std::ranges::max_element(norms);
  for (std::size_t i = 0; i < names.size(); ++i) {
    SCOPED_TRACE(names[i]);
    const at::Tensor& gradient = parameters_.at(names[i]).grad();
    if (!gradient.defined()) {
      EXPECT_EQ(norms[i], 0);  // a frozen one
      continue;
    }
    const double norm = norm_of(gradient);
    if (vanishes[i] != 0) {
      EXPECT_LT(norm, limits().vanishing * largest);
      continue;
    }
    const auto size = static_cast<double>(gradient.numel());
    EXPECT_LT(relative_error(norm, norms[i]), limits().gradient_norm);
    EXPECT_NEAR(gradient.to(at::kDouble).sum().item<double>(), sums[i],
                limits().gradient_sum * norms[i] * std::sqrt(size));
    const at::Tensor values = gradient.to(at::kDouble).contiguous().flatten();
    for (std::int64_t k = 0; k < std::min<std::int64_t>(8, values.numel()); ++k)
      EXPECT_NEAR(values.const_data_ptr<double>()[k], leading[i * 8 + static_cast<std::size_t>(k)],
                  limits().gradient_values * norms[i] / std::sqrt(size));
  }
}

INSTANTIATE_TEST_SUITE_P(Double, GoldenO,
                         testing::Combine(testing::Values("iresnet18", "mobilefacenet"),
                                          testing::Values(in_double)));
INSTANTIATE_TEST_SUITE_P(Float, GoldenO,
                         testing::Combine(testing::Values("iresnet18", "mobilefacenet"),
                                          testing::Values(in_float)));

TEST(GoldenOAll, NetworksHaveTheSameNumbers) {
  FEDFR_NEEDS_GOLDEN(golden_file);
  const GoldenFile file(golden_file);
  const auto names = file.strings("all_networks/names");
  const auto parameters = file.ints("all_networks/n_parameters");
  const auto entries = file.ints("all_networks/n_state_entries");
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name = names[i];
    std::ranges::replace(name, '_', '-');
    const auto network = Backbone::make({.name = name});
    std::int64_t count = 0;
    for (const auto& spec : network->specs())
      if (spec.learning == Learning::by_gradient || spec.learning == Learning::never)
        count += element_count(std::span(&spec, 1));
    EXPECT_EQ(count, parameters[i]) << name;
    EXPECT_EQ(std::ssize(network->specs()), entries[i]) << name;
  }
}

}  // namespace
}  // namespace fedfr::nn
