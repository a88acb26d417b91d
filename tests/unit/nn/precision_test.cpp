#include "fedfr/nn/precision.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <gtest/gtest.h>

#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/margins/margin.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

struct Step {
  at::Tensor embedding, gradient;
};

/// Embeddings of four images, and the gradient of a margin softmax on them.
Step step(const char* name, Precision precision, at::MemoryFormat format, bool rounded_at_once = false) {
  const auto backbone =
      Backbone::make({.name = name, .width = 0.25, .embedding = 32, .height = 56, .width_pixels = 56});
  ParameterSet parameters = backbone->make_parameters();
  parameters.initialise(1, Purpose::initialise_backbone);
  parameters.set_trainable(true);
  const at::Tensor images = test::formula_tensor(1, 0, 1, 0, {4, 3, 56, 56}).contiguous(format);
  const at::Tensor centres = test::formula_tensor(2, 0, 1, 0, {5, 32});
  const at::Tensor labels = at::arange(4, at::kLong);
  Step result;
  {
    const PrecisionScope scope(precision, at::kCPU);
    result.embedding =
        backbone->embed(rounded_at_once ? parameters.rounded() : parameters, images).to(at::kFloat);
  }
  margin_softmax_loss(result.embedding, centres, labels, {}).backward();
  std::vector<at::Tensor> gradients;
  for (const auto& tensor : parameters.tensors()) gradients.push_back(tensor.grad().flatten());
  result.gradient = at::cat(gradients);
  return result;
}

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return test::norm(a - b) / test::norm(b);
}

/// The tolerances of precision = bf16 and of the memory format, which README states.
TEST(Precision, Bfloat16StaysNearFloat32) {
  for (const char* name : {"sphere20", "mobile"}) {
    for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      SCOPED_TRACE(name);
      const Step exact = step(name, Precision::fp32, at::MemoryFormat::Contiguous);
      const Step rounded = step(name, Precision::bf16, format);
      const double of_embedding = relative_difference(rounded.embedding, exact.embedding);
      const double of_gradient = relative_difference(rounded.gradient, exact.gradient);
      EXPECT_LT(of_embedding, 0.02);
      EXPECT_LT(of_gradient, 0.1);
      EXPECT_GT(of_embedding, 1e-4) << "nothing was rounded";
    }
  }
}

TEST(Precision, ParametersRoundedAtOnceGiveTheBitsOfAutocast) {
  for (const char* name : {"sphere20", "mobile"}) {
    const Step by_autocast = step(name, Precision::bf16, at::MemoryFormat::ChannelsLast);
    const Step at_once = step(name, Precision::bf16, at::MemoryFormat::ChannelsLast, true);
    EXPECT_TRUE(at_once.embedding.equal(by_autocast.embedding)) << name;
    EXPECT_TRUE(at_once.gradient.equal(by_autocast.gradient)) << name;
  }
}

TEST(Precision, TheMemoryFormatChangesRoundingOnly) {
  for (const char* name : {"sphere20", "mobile"}) {
    const Step contiguous = step(name, Precision::fp32, at::MemoryFormat::Contiguous);
    const Step channels_last = step(name, Precision::fp32, at::MemoryFormat::ChannelsLast);
    EXPECT_LT(relative_difference(channels_last.embedding, contiguous.embedding), 1e-5) << name;
    EXPECT_LT(relative_difference(channels_last.gradient, contiguous.gradient), 1e-4) << name;
  }
}

}  // namespace
}  // namespace fedfr::nn
