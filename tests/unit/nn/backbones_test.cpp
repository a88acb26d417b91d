#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/embedder.hpp"
#include "fedfr/nn/image_input.hpp"
#include "support/tensors.hpp"

namespace fedfr::nn {
namespace {

ParameterSet initialised(const Backbone& backbone, std::uint64_t seed) {
  ParameterSet parameters = backbone.make_parameters();
  parameters.initialise(seed, Purpose::initialise_backbone);
  return parameters;
}

TEST(Backbone, PublishedParameterCounts) {
  EXPECT_EQ(element_count(Backbone::make({.name = "sphere20"})->specs()), 24'501'952);
  EXPECT_EQ(element_count(Backbone::make({.name = "sphere64"})->specs()), 49'726'656);
}

TEST(Backbone, EveryNetworkTakesOtherSizesAndWidths) {
  const at::NoGradGuard no_grad;
  for (const auto& name : backbone_names()) {
    for (const auto& [height, width] : {std::pair{56, 56}, {112, 96}, {33, 47}}) {
      SCOPED_TRACE(name + " " + std::to_string(height));
      const auto backbone = Backbone::make(
          {.name = name, .width = 0.25, .embedding = 32, .height = height, .width_pixels = width});
      const auto images = test::formula_tensor(1, 0, 1, 0, {2, 3, height, width});
      const at::Tensor embedding = backbone->embed(initialised(*backbone, 1), images);
      EXPECT_THAT(embedding.sizes().vec(), testing::ElementsAre(2, 32));
      EXPECT_GT(test::norm(embedding), 0);
      EXPECT_GT(test::norm(embedding[0] - embedding[1]), 0);
    }
  }
}

TEST(Backbone, UnknownNameListsTheKnownOnes) {
  try {
    Backbone::make({.name = "sphere21"});
    FAIL();
  } catch (const UsageError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("sphere20, sphere64, iresnet18"));
  }
  EXPECT_THROW(Backbone::make({.name = "mobile", .height = 8, .width_pixels = 8}), UsageError);
}

TEST(ParameterSet, StartsAreRepeatableAndDifferBySeed) {
  const auto backbone = Backbone::make({.name = "mobile", .width = 0.25, .embedding = 16});
  EXPECT_TRUE(initialised(*backbone, 1).flat().equal(initialised(*backbone, 1).flat()));
  EXPECT_FALSE(initialised(*backbone, 1).flat().equal(initialised(*backbone, 2).flat()));
}

TEST(ParameterSet, TensorsAreViewsOfTheFlatBuffer) {
  ParameterSet set({{"a", {2, 3}}, {"b", {4}, Start::constant, 0.5}, {"c", {2, 2}, Start::identity}});
  set.initialise(1, Purpose::initialise_head);
  EXPECT_EQ(set.size(), 14);
  EXPECT_THAT(std::vector<float>(test::floats(set.flat()).begin(), test::floats(set.flat()).end()),
              testing::ElementsAre(0, 0, 0, 0, 0, 0, .5, .5, .5, .5, 1, 0, 0, 1));
  at::Tensor(set.at("b")).fill_(2);
  EXPECT_EQ(test::floats(set.flat())[6], 2);
  EXPECT_THROW(set.at("d"), std::out_of_range);
}

TEST(NetworkInput, NormalisesAndMirrors) {
  const std::vector<std::uint8_t> pixels = {0, 255, 51, 0, 255, 51, 0, 255, 51,  // 3 channels, 1x3
                                            0, 255, 51, 0, 255, 51, 0, 255, 51};
  const std::vector<std::uint8_t> mirrored = {0, 1};
  const at::Tensor images = network_input(pixels, 1, 3, mirrored, {});
  const auto values = test::floats(images);
  EXPECT_FLOAT_EQ(values[0], -1);
  EXPECT_FLOAT_EQ(values[1], 1);
  EXPECT_FLOAT_EQ(values[2], -0.6F);
  EXPECT_FLOAT_EQ(values[9], -0.6F);
  EXPECT_FLOAT_EQ(values[10], 1);
  EXPECT_FLOAT_EQ(values[11], -1);
}

TEST(NetworkInput, OfAGpuHasTheSameValues) {
  std::vector<std::uint8_t> pixels(std::size_t{2} * 3 * 8 * 16);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  const std::vector<std::uint8_t> mirrored = {0, 1};
  const at::Tensor bytes = at::tensor(pixels, at::kByte).view({2, 3, 8, 16});
  const at::Tensor flags = at::tensor(mirrored, at::kByte).to(at::kBool);
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    EXPECT_TRUE(network_input(bytes, {}, format).equal(network_input(pixels, 8, 16, {}, {.format = format})));
    const at::Tensor images = network_input(bytes, flags, format);
    EXPECT_TRUE(images.equal(network_input(pixels, 8, 16, mirrored, {.format = format})));
    EXPECT_TRUE(images.is_contiguous(format));
  }
}

at::Tensor embedded(const Backbone& backbone, const ParameterSet& parameters,
                    std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> mirrored,
                    std::size_t batch) {
  const std::size_t image_bytes = pixels.size() / mirrored.size();
  at::Tensor out = at::empty({std::ssize(mirrored), backbone.config().embedding});
  std::size_t done = 0;
  const auto next = [&] {
    const std::size_t begin = std::exchange(done, std::min(done + batch, mirrored.size()));
    return PixelBatch{pixels.subspan(begin * image_bytes, (done - begin) * image_bytes),
                      mirrored.subspan(begin, done - begin)};
  };
  embed_batches(backbone, parameters, next, {}, out);
  return out;
}

TEST(Embedder, EachImageHasItsRowWhateverTheBatch) {
  const auto backbone =
      Backbone::make({.name = "mobile", .width = 0.25, .embedding = 8, .height = 16, .width_pixels = 16});
  const ParameterSet parameters = initialised(*backbone, 3);
  std::vector<std::uint8_t> pixels(std::size_t{3} * 3 * 16 * 16);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i % 251);
  const std::vector<std::uint8_t> plain = {0, 0, 0};
  const std::vector<std::uint8_t> second = {0, 1, 0};
  const at::Tensor one_by_one = embedded(*backbone, parameters, pixels, plain, 1);
  EXPECT_GT(test::relative_error(one_by_one[0], one_by_one[1]), 1e-3);
  const std::vector<std::uint8_t> backward = [&] {
    std::vector<std::uint8_t> images;
    const auto size = std::ssize(pixels) / 3;
    for (int i = 2; i >= 0; --i)
      images.insert(images.end(), pixels.begin() + i * size, pixels.begin() + (i + 1) * size);
    return images;
  }();
  EXPECT_TRUE(one_by_one[0].equal(embedded(*backbone, parameters, backward, plain, 1)[2]));
  const at::Tensor in_twos = embedded(*backbone, parameters, pixels, plain, 2);
  EXPECT_LT(test::relative_error(in_twos, one_by_one), 1e-5);
  const at::Tensor with_mirrored = embedded(*backbone, parameters, pixels, second, 1);
  EXPECT_TRUE(with_mirrored[0].equal(one_by_one[0]));
  EXPECT_TRUE(with_mirrored[2].equal(one_by_one[2]));
  EXPECT_GT(test::relative_error(with_mirrored[1], one_by_one[1]), 1e-3);
}

}  // namespace
}  // namespace fedfr::nn
