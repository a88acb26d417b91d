#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <stdexcept>

#include "fedfr/nn/margins/margin.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

at::Tensor labels_of(std::initializer_list<std::int64_t> values) {
  const at::Tensor out = at::empty({std::ssize(values)}, at::kLong);
  std::ranges::copy(values, out.data_ptr<std::int64_t>());
  return out;
}

TEST(MarginSoftmax, ArcFaceTurnsTheAngleOfTheOwnClass) {
  const at::Tensor features = test::formula_tensor(1, 0, 1, 0, {4, 6});
  const at::Tensor centres = test::formula_tensor(1, 1, 1, 0, {3, 6});
  const at::Tensor labels = labels_of({0, 1, 2, 0});
  const at::Tensor plain = margin_logits(features, centres, labels, {.kind = Margin::none, .scale = 1});
  const at::Tensor turned =
      margin_logits(features, centres, labels, {.kind = Margin::arcface, .scale = 1, .margin = .5});
  for (std::int64_t b = 0; b < 4; ++b) {
    for (std::int64_t c = 0; c < 3; ++c) {
      const double cosine = plain[b][c].item<double>();
      const bool own = labels[b].item<std::int64_t>() == c;
      const double expected = own ? std::cos(std::acos(cosine) + .5) : cosine;
      EXPECT_NEAR(turned[b][c].item<double>(), expected, 1e-5);
    }
  }
}

TEST(MarginSoftmax, ArcFaceKeepsFallingBeyondThePoleAndHasFiniteGradients) {
  const at::Tensor features = test::leaf(test::formula_tensor(1, 0, 0, 1, {1, 4}));
  const at::Tensor opposite = -features.detach();
  const MarginConfig config{.kind = Margin::arcface, .scale = 1, .margin = .5, .form = AngleForm::guarded};
  const at::Tensor logit = margin_logits(features, opposite, labels_of({0}), config);
  EXPECT_LT(logit.item<double>(), -1);
  logit.sum().backward();
  EXPECT_TRUE(std::isfinite(test::norm(features.grad())));
}

/// The own class has the cosine 0.6 and the length 5, another one 0.8.
class OneImage : public testing::Test {
 protected:
  double own(const MarginConfig& config, const at::Tensor& norms = {}) const {
    return margin_logits(feature_, centres_, labels_of({0}), config, norms)[0][0].item<double>();
  }

  at::Tensor feature_ = at::tensor({3.0, 4.0}).view({1, 2});
  at::Tensor centres_ = at::tensor({1.0, 0.0, 0.0, 1.0}).view({2, 2});
};

TEST_F(OneImage, EachMarginIsItsFormula) {
  const double t = std::acos(0.6);
  EXPECT_NEAR(own({.kind = Margin::cosface, .scale = 2, .margin = .1}), 2 * .5, 1e-12);
  EXPECT_NEAR(own({.kind = Margin::arcface, .scale = 2, .margin = .1}), 2 * std::cos(t + .1), 1e-12);
  EXPECT_NEAR(own({.kind = Margin::combined, .scale = 2, .combined = {.m1 = 1.2, .m2 = .3, .m3 = .2}}),
              2 * (std::cos(1.2 * t + .3) - .2), 1e-12);
  // The length 5 between 0 and 10: half way between the margins.
  const MagFaceMargin half{.lowest_norm = 1e-3, .highest_norm = 10 - 1e-3, .lowest = .2, .highest = .6};
  EXPECT_NEAR(own({.kind = Margin::magface, .scale = 2, .magface = half}), 2 * std::cos(t + .4), 1e-12);
}

TEST_F(OneImage, AdaFaceTakesTheQualityFromTheLength) {
  const MarginConfig config{
      .kind = Margin::adaface, .scale = 1, .margin = .4, .adaface = {.h = .5, .alpha = 0}};
  // (5 - 3) / 4 of a deviation, times h.
  const double z = .25;
  const at::Tensor norms = at::tensor({3.0, 4.0 - 1e-3});
  EXPECT_NEAR(own(config, norms), std::cos(std::acos(.6) - z * .4) - (.4 + z * .4), 1e-12);
  EXPECT_THROW(own(config), std::logic_error);
}

TEST_F(OneImage, AloneItMovesTheMeanOfAdaFaceAndNotTheDeviation) {
  const at::Tensor norms = at::tensor({3.0, 4.0});
  own({.kind = Margin::adaface, .adaface = {.alpha = .5}}, norms);
  EXPECT_DOUBLE_EQ(norms[0].item<double>(), 4);
  EXPECT_DOUBLE_EQ(norms[1].item<double>(), 4);
}

TEST_F(OneImage, MagFacePullsOnTheLength) {
  MarginConfig config{.kind = Margin::magface,
                      .magface = {.lowest_norm = 1, .highest_norm = 10, .weight = 0}};
  const auto loss = [&] {
    return margin_softmax_loss(feature_, centres_, labels_of({0}), config).item<double>();
  };
  const double without = loss();
  config.magface.weight = 3;
  EXPECT_NEAR(loss() - without, 3 * (5.0 / 100 + 1.0 / 5), 1e-12);
}

TEST(Margins, HaveNames) {
  for (const auto& name : margin_names())
    EXPECT_EQ(margin_names().at(static_cast<std::size_t>(margin_named(name))), name);
  EXPECT_EQ(margin_names().back(), "logits");
  EXPECT_THROW(margin_named("sphereface"), std::logic_error);
}

}  // namespace
}  // namespace fedfr::nn
