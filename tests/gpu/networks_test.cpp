// Networks on a GPU beside the same ones on the processor.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <vector>

#include "fedfr/core/rng.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/image_input.hpp"
#include "gpu/gpu.hpp"
#include "support/tensors.hpp"

namespace fedfr::test {
namespace {

constexpr int side = 32;
constexpr std::size_t images = 6;

std::vector<std::uint8_t> random_bytes(std::size_t count, std::uint64_t below) {
  RngStream random({.seed = 3, .purpose = Purpose::synth_image});
  std::vector<std::uint8_t> bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(below));
  return bytes;
}

class GpuNetworks : public OnGpu, public testing::WithParamInterface<std::string> {};

using GpuImages = OnGpu;
TEST_F(GpuImages, AreTheSame) {
  const auto pixels = random_bytes(images * 3 * side * side, 256);
  const auto mirrored = random_bytes(images, 2);
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const at::Tensor here = nn::network_input(pixels, side, side, mirrored, {at::kCPU, format});
    const at::Tensor there = nn::network_input(pixels, side, side, mirrored, {gpu, format});
    EXPECT_TRUE(there.is_contiguous(format));
    EXPECT_TRUE(there.cpu().equal(here));
  }
}

TEST_P(GpuNetworks, EmbedAlike) {
  const at::NoGradGuard no_grad;
  const auto network = nn::Backbone::make(
      {.name = GetParam(), .width = 0.25, .embedding = 32, .height = side, .width_pixels = side});
  nn::ParameterSet here = network->make_parameters();
  here.initialise(5, Purpose::initialise_head);
  nn::ParameterSet there = network->make_parameters(gpu);
  there.copy_from(here.flat());
  const auto pixels = random_bytes(images * 3 * side * side, 256);
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const at::Tensor expected =
        network->embed(here, nn::network_input(pixels, side, side, {}, {at::kCPU, format}));
    const at::Tensor images_there = nn::network_input(pixels, side, side, {}, {gpu, format});
    EXPECT_LT(relative_error(network->embed(there, images_there).cpu(), expected), 1e-4);
    const nn::PrecisionScope bf16(nn::Precision::bf16, gpu);
    EXPECT_LT(relative_error(network->embed(there, images_there).to(at::kFloat).cpu(), expected), 0.05);
  }
}

INSTANTIATE_TEST_SUITE_P(, GpuNetworks, testing::ValuesIn(nn::backbone_names()), [](const auto& instance) {
  std::string name = instance.param;
  std::ranges::replace(name, '-', '_');  // GoogleTest takes no others
  return name;
});

}  // namespace
}  // namespace fedfr::test
