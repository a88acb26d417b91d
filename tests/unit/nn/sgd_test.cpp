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

TEST(Sgd, DecayCanBeKeptFromWhatHasOneDimension) {
  for (const bool decay_vectors : {true, false}) {
    const at::Tensor matrix = test::leaf(at::ones({1, 2}));
    const at::Tensor slopes = test::leaf(at::ones({2}));
    Sgd sgd({slopes, matrix}, {.momentum = 0.5, .weight_decay = 0.1, .decay_vectors = decay_vectors});
    sgd.set_learning_rate(1.0);
    for (int step = 0; step < 2; ++step) {
      for (const at::Tensor& parameter : {matrix, slopes})
        parameter.mutable_grad() = at::full(parameter.sizes(), 0.25);
      sgd.step();
    }
    // Without decay 1/4 and then 1/4 + 1/8; with it v = 0.25 + 0.1 and then v/2 + 0.25 + 0.1 (1 - 0.35).
    const double plain = 1 - 0.25 - 0.375, decayed = 1 - 0.35 - (0.175 + 0.25 + 0.065);
    EXPECT_NEAR(matrix[0][0].item<double>(), decayed, 1e-6);
    EXPECT_NEAR(slopes[0].item<double>(), decay_vectors ? decayed : plain, 1e-6);
  }
}

}  // namespace
}  // namespace fedfr::nn
