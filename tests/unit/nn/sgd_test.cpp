#include "fedfr/nn/sgd.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

TEST(Sgd, AParameterWithoutGradientIsLeftAlone) {
  const at::Tensor used = test::leaf(at::ones({2}));
  const at::Tensor unused = test::leaf(at::ones({2}));
  Sgd sgd({used, unused}, {});
  used.mutable_grad() = at::ones({2});
  sgd.set_learning_rate(0.1);
  sgd.step();
  EXPECT_NE(used[0].item<float>(), 1);
  EXPECT_EQ(unused[0].item<float>(), 1);  // not even weight decay touches it
  EXPECT_FALSE(used.grad().defined());
}

TEST(Sgd, ClippingBoundsTheNormOverAllParameters) {
  const at::Tensor a = test::leaf(at::ones({1}));
  const at::Tensor b = test::leaf(at::ones({1}));
  Sgd sgd({a, b}, {.momentum = 0, .weight_decay = 0, .clip_norm = 1});
  a.mutable_grad() = at::full({1}, 3.0);
  b.mutable_grad() = at::full({1}, 4.0);
  sgd.set_learning_rate(1.0);
  sgd.step();
  EXPECT_NEAR(a.item<double>(), 1 - 0.6, 1e-5);
  EXPECT_NEAR(b.item<double>(), 1 - 0.8, 1e-5);
}

}  // namespace
}  // namespace fedfr::nn
