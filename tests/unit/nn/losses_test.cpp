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
