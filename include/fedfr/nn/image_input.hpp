#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace fedfr::nn {

/// Where a network wants its images.
struct InputPlace {
  at::Device device = at::kCPU;
  at::MemoryFormat format = at::MemoryFormat::Contiguous;  ///< of what all layers work on
};

/// What the networks see of stored images: (x/255 - 0.5)/0.5 in float32 and in this order, mirrored left to
/// right where asked. To a GPU the bytes cross, from pinned memory and without waiting for it, and it does
/// the rest; a processor does all in one pass.
/// @param pixels    [B,3,H,W] uint8
/// @param mirrored  [B], non-zero: mirror this image; or empty for none
/// @returns         [B,3,H,W] float32 at `place`
at::Tensor network_input(std::span<const std::uint8_t> pixels, int height, int width,
                         std::span<const std::uint8_t> mirrored, const InputPlace& place);

/// The GPU's part of it, which gives the same values on every device.
/// @param pixels    [B,3,H,W] uint8
/// @param mirrored  [B] bool, on the same device; undefined for none
at::Tensor network_input(const at::Tensor& pixels, const at::Tensor& mirrored, at::MemoryFormat format);

}  // namespace fedfr::nn
