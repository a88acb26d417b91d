#include "fedfr/nn/image_input.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <array>

#include "fedfr/core/trace.hpp"
#include "fedfr/core/vector_clones.hpp"
#include "fedfr/nn/kernels/staging.hpp"

// From bytes to what a network takes: [N,3,H,W] bytes become float32 in [-1, 1], (x/255 - 0.5)/0.5 in exactly
// this order of operations, since the golden numbers depend on it. On a processor that is done here, in the
// layout that the network wants; for a GPU the bytes travel, a quarter of the volume, and are converted
// there.
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

/// Where the values of one row go: so many places from one pixel to the next.
void convert_row(const std::uint8_t* in, float* out, std::int64_t width, std::int64_t step, bool mirror) {
  // A table: there are only 256 values, and here each is put down by itself.
  static const std::array<float, 256> levels = make_levels();
  if (mirror)
    for (std::int64_t x = 0; x < width; ++x) out[x * step] = levels[in[width - 1 - x]];
  else
    for (std::int64_t x = 0; x < width; ++x) out[x * step] = levels[in[x]];
}

/// As the levels, but worked out, which is faster where the values lie side by side.
FEDFR_VECTOR_CLONES
void convert_side_by_side(const std::uint8_t* in, float* out, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) out[i] = (static_cast<float>(in[i]) / 255.0F - 0.5F) / 0.5F;
}

constexpr std::int64_t channels = 3;

at::Tensor convert_here(std::span<const std::uint8_t> pixels, std::int64_t images, int height, int width,
                        std::span<const std::uint8_t> mirrored, at::MemoryFormat format) {
  const std::int64_t rows_per_image = channels * height;
  at::Tensor host = at::empty({images, channels, height, width}, at::kFloat, format);
  auto* out = host.data_ptr<float>();
  at::parallel_for(0, images, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {
      const bool mirror = !mirrored.empty() && mirrored[static_cast<std::size_t>(image)] != 0;
      // Stored and wanted in the same order: the whole image is one row.
      if (!mirror && host.is_contiguous()) {
        const std::int64_t size = rows_per_image * width;
        convert_side_by_side(pixels.data() + image * size, out + image * size, size);
        continue;
      }
      for (std::int64_t row = 0; row < rows_per_image; ++row)
        convert_row(
            pixels.data() + (image * rows_per_image + row) * width,
            out + image * host.stride(0) + row / height * host.stride(1) + row % height * host.stride(2),
            width, host.stride(3), mirror);
    }
  });
  return host;
}

at::Tensor send_bytes(std::span<const std::uint8_t> bytes, at::IntArrayRef shape, at::Device device) {
  const at::Tensor staged = staging_area(shape, at::kByte, device);
  std::ranges::copy(bytes, staged.data_ptr<std::uint8_t>());
  return send(staged, device);
}

}  // namespace

at::Tensor network_input(std::span<const std::uint8_t> pixels, int height, int width,
                         std::span<const std::uint8_t> mirrored, const InputPlace& place) {
  const Span span("input conversion");
  const std::int64_t images = std::ssize(pixels) / (channels * height * width);
  if (place.device.is_cpu()) return convert_here(pixels, images, height, width, mirrored, place.format);
  const bool any_mirrored = std::ranges::any_of(mirrored, [](std::uint8_t flag) { return flag != 0; });
  return network_input(
      send_bytes(pixels, {images, channels, height, width}, place.device),
      any_mirrored ? send_bytes(mirrored, {images}, place.device).to(at::kBool) : at::Tensor(), place.format);
}

at::Tensor network_input(const at::Tensor& pixels, const at::Tensor& mirrored, at::MemoryFormat format) {
  const auto level = [&](double value) { return at::full({}, value, pixels.options().dtype(at::kFloat)); };
  // Divided by a tensor: by a number a GPU would multiply with its reciprocal, which rounds otherwise.
  at::Tensor images = pixels.to(at::kFloat, /*non_blocking=*/false, /*copy=*/false, format);
  images = images.div_(level(255)).sub_(0.5).div_(level(0.5));
  if (!mirrored.defined()) return images;
  return at::where(mirrored.view({-1, 1, 1, 1}), images.flip(3), images).contiguous(format);
}

}  // namespace fedfr::nn
