#include "fedfr/nn/kernels/batch_norm.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fedfr/nn/backbones/backbone.hpp"

namespace fedfr::nn {
namespace {

/// One channel with scale 2, bias 1, running mean 3 and variance 4.
struct OneChannel {
  at::Tensor scale = at::full({1}, 2.0), bias = at::ones({1}), mean = at::full({1}, 3.0),
             variance = at::full({1}, 4.0), batches = at::zeros({});
  at::Tensor operator()(const at::Tensor& x, bool by_batch) {
    return batch_norm(x, {scale, bias, mean, variance, batches}, by_batch);
  }
};

TEST(BatchNorm, NormalisesByTheRunningStatistics) {
  OneChannel norm;
  const at::Tensor y = norm(at::tensor({3.0F, 5.0F}).view({2, 1}), false);
  EXPECT_NEAR(y[0].item<float>(), 1, 1e-6);
  EXPECT_NEAR(y[1].item<float>(), 1 + 2 * 2 / std::sqrt(4 + 1e-5), 1e-5);
  EXPECT_EQ(norm.batches.item<float>(), 0);
}

TEST(BatchNorm, InTrainingByTheBatchWhichMovesThem) {
  OneChannel norm;
  const at::Tensor y = norm(at::tensor({1.0F, 3.0F}).view({2, 1}), true);  // mean 2, variance 1, unbiased 2
  EXPECT_NEAR(y[0].item<float>(), 1 - 2, 1e-4);
  EXPECT_NEAR(norm.mean.item<float>(), 0.9 * 3 + 0.1 * 2, 1e-6);
  EXPECT_NEAR(norm.variance.item<float>(), 0.9 * 4 + 0.1 * 2, 1e-6);
  EXPECT_EQ(norm.batches.item<float>(), 1);
}

TEST(BatchNorm, ASingleValueHasNoVariance) {
  OneChannel norm;
  const at::Tensor y = norm(at::tensor({5.0F}).view({1, 1}), true);
  EXPECT_NEAR(y.item<float>(), 1 + 2 * 2 / std::sqrt(4 + 1e-5), 1e-5);
  EXPECT_EQ(norm.mean.item<float>(), 3);
  EXPECT_EQ(norm.variance.item<float>(), 4);
  EXPECT_EQ(norm.batches.item<float>(), 0);
}

// With a running variance of 1 the values of an untrained iresnet50 would grow beyond float's range.
TEST(BatchNorm, UntrainedNetworksEmbedByRunningStatistics) {
  for (const char* name : {"iresnet50", "iresnet100", "mobilefacenet", "mobilefacenet-large"}) {
    const auto network =
        Backbone::make({.name = name, .width = 0.5, .embedding = 8, .height = 32, .width_pixels = 32});
    ParameterSet parameters = network->make_parameters();
    parameters.initialise(1, Purpose::initialise_backbone);
    const at::NoGradGuard no_grad;
    const at::Tensor images = at::randn({4, 3, 32, 32}) * 0.5;
    const double size = network->embed(parameters, images).square().mean().sqrt().item<double>();
    EXPECT_GT(size, 0.05) << name;
    EXPECT_LT(size, 20) << name;
  }
}

TEST(BatchNorm, ABatchOfOneImageTrainsAWholeNetwork) {
  for (const char* name : {"mobilefacenet", "iresnet18"}) {
    const auto network =
        Backbone::make({.name = name, .width = 0.1, .embedding = 8, .height = 16, .width_pixels = 16});
    ParameterSet parameters = network->make_parameters();
    parameters.initialise(1, Purpose::initialise_backbone);
    parameters.set_trainable(true);
    network->embed_in_training(parameters, at::ones({1, 3, 16, 16})).square().sum().backward();
    EXPECT_TRUE(parameters.flat().isfinite().all().item<bool>()) << name;
    for (std::size_t i = 0; i < parameters.specs().size(); ++i) {
      const at::Tensor& gradient = parameters[i].grad();
      EXPECT_EQ(gradient.defined(), parameters.specs()[i].learning == Learning::by_gradient)
          << parameters.specs()[i].name;
      EXPECT_TRUE(!gradient.defined() || gradient.isfinite().all().item<bool>())
          << parameters.specs()[i].name;
    }
  }
}

}  // namespace
}  // namespace fedfr::nn
