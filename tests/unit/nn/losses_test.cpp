#include "fedfr/nn/losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

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
  const MarginConfig config{.kind = Margin::arcface, .scale = 1, .margin = .5};
  const at::Tensor logit = margin_logits(features, opposite, labels_of({0}), config);
  EXPECT_LT(logit.item<double>(), -1);
  logit.sum().backward();
  EXPECT_TRUE(std::isfinite(test::norm(features.grad())));
}

TEST(Dfc, LossFallsWhenFeaturesMoveToTheirOwnCentre) {
  const at::Tensor centres = test::formula_tensor(2, 0, 1, 0, {3, 8});
  const at::Tensor biases = test::formula_tensor(2, 1, 0, 0, {3});
  const at::Tensor labels = labels_of({0, 1, 2});
  const double own = dfc_loss(centres, centres, biases, labels, {}).item<double>();
  const double wrong = dfc_loss(centres.roll(1, 0), centres, biases, labels, {}).item<double>();
  EXPECT_LT(own, wrong);
}

TEST(Contrastive, EqualFrozenModelsGiveLnTwoAndNoGradient) {
  const at::Tensor features = test::leaf(test::formula_tensor(3, 0, 1, 0, {5, 8}));
  const at::Tensor frozen = test::formula_tensor(3, 1, 1, 0, {5, 8});
  const at::Tensor loss = contrastive_loss(features, frozen, frozen, .5);
  EXPECT_NEAR(loss.item<double>(), std::log(2.0), 1e-6);
  loss.backward();
  EXPECT_LT(test::norm(features.grad()), 1e-7);
}

}  // namespace
}  // namespace fedfr::nn
