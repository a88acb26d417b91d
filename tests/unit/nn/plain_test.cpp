#include "fedfr/nn/backbones/plain.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "fedfr/nn/margins/margin.hpp"

namespace fedfr::nn {
namespace {

BackboneConfig config(const char* name) {
  return {.name = name, .embedding = 10, .height = 32, .width_pixels = 32};
}

TEST(PlainBackbones, HaveTheSizesOfTheLiterature) {
  EXPECT_EQ(Backbone::make(config("linear"))->make_parameters().size(), 3072 * 10 + 10);
  // 3x3 convolutions without padding to 32 and 64 channels, pooled by two, 128 hidden units.
  const std::int64_t expected = (27 + 1) * 32 + (32 * 9 + 1) * 64 + (64 * 14 * 14 + 1) * 128 + (128 + 1) * 10;
  EXPECT_EQ(Backbone::make(config("cnn"))->make_parameters().size(), expected);
}

TEST(PlainBackbones, EmbedABatch) {
  for (const char* name : {"linear", "cnn"}) {
    const auto backbone = Backbone::make(config(name));
    ParameterSet parameters = backbone->make_parameters();
    parameters.initialise(1, Purpose::initialise_backbone, 0);
    const at::Tensor images = at::rand({3, 3, 32, 32}) * 2 - 1;
    const at::Tensor both = backbone->embed(parameters, images);
    EXPECT_EQ(both.sizes(), (std::vector<std::int64_t>{3, 10})) << name;
    EXPECT_TRUE(both[1].allclose(backbone->embed(parameters, images.narrow(0, 1, 1))[0], 1e-4, 1e-5)) << name;
  }
}

TEST(MarginLogits, AreTheFeaturesThemselves) {
  const at::Tensor features = at::randn({4, 10});
  const at::Tensor labels = at::arange(4, at::kLong);
  const at::Tensor loss = margin_softmax_loss(features, {}, labels, {.kind = Margin::logits});
  EXPECT_TRUE(loss.equal(at::cross_entropy_loss(features, labels)));
}

TEST(LinearBackbone, HasTheGradientsOfAutograd) {
  const auto backbone = Backbone::make(config("linear"));
  ParameterSet parameters = backbone->make_parameters();
  parameters.initialise(1, Purpose::initialise_backbone, 0);
  const at::Tensor images = at::rand({7, 3, 32, 32}) * 2 - 1;
  const at::Tensor labels = at::arange(7, at::kLong);
  constexpr double weight = 0.7;

  parameters.set_trainable(true);
  const at::Tensor loss =
      margin_softmax_loss(backbone->embed(parameters, images), {}, labels, {.kind = Margin::logits});
  (loss * weight).backward();
  const std::vector<at::Tensor> expected = {parameters[0].grad().clone(), parameters[1].grad().clone()};
  parameters.set_trainable(false);

  const auto found = softmax_loss_and_gradient(backbone->embed(parameters, images), labels, weight);
  EXPECT_TRUE(found.loss.equal(loss));
  const auto gradients = backbone->gradients(parameters, images, found.gradient);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(gradients.at(i).equal(expected[i])) << i;
}

TEST(PlainBackbones, LeaveToAutogradWhatTheyHaveNoGradientsFor) {
  const auto backbone = Backbone::make(config("cnn"));
  EXPECT_FALSE(backbone->has_gradients());
  EXPECT_THROW(backbone->gradients(backbone->make_parameters(), {}, {}), std::logic_error);
}

}  // namespace
}  // namespace fedfr::nn
