#include "fedfr/nn/image_input.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>

#include "fedfr/core/trace.hpp"

namespace fedfr::nn {

namespace {

std::array<float, 256> make_levels() {
  std::array<float, 256> levels{};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const float unit = static_cast<float>(i) / 255.0F;
    levels[i] = (unit - 0.5F) / 0.5F;
  }
  return levels;
}

void convert_row(const std::uint8_t* in, float* out, std::int64_t width, bool mirror) {
  static const std::array<float, 256> levels = make_levels();
  if (mirror)
    for (std::int64_t x = 0; x < width; ++x) out[x] = levels[in[width - 1 - x]];
  else
    for (std::int64_t x = 0; x < width; ++x) out[x] = levels[in[x]];
}

}  // namespace

at::Tensor network_input(std::span<const std::uint8_t> pixels, int height, int width,
                         std::span<const std::uint8_t> mirrored, at::Device device) {
  const Span span("input conversion");
  const std::int64_t rows_per_image = std::int64_t{3} * height;
  const std::int64_t images = std::ssize(pixels) / (rows_per_image * width);
  const at::Tensor host = at::empty({images, 3, height, width}, at::kFloat);
  float* out = host.data_ptr<float>();
  at::parallel_for(0, images, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin * rows_per_image; row < end * rows_per_image; ++row) {
      const bool mirror = !mirrored.empty() && mirrored[static_cast<std::size_t>(row / rows_per_image)] != 0;
      convert_row(pixels.data() + row * width, out + row * width, width, mirror);
    }
  });
  return host.to(device);
}

}  // namespace fedfr::nn
