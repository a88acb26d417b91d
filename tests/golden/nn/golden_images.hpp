#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "fedfr/nn/image_input.hpp"
#include "support/golden.hpp"

namespace fedfr::nn {

/// [B,3,H,W] what a network gets of the pixels `images_rgb` of a golden file.
inline at::Tensor golden_images(const test::GoldenFile& file) {
  const auto shape = file.shape("images_rgb");  // [B,H,W,3]
  const auto interleaved = file.bytes("images_rgb");
  const std::int64_t plane = shape[1] * shape[2];
  std::vector<std::uint8_t> planar(interleaved.size());
  for (std::int64_t b = 0; b < shape[0]; ++b)
    for (std::int64_t at = 0; at < plane; ++at)
      for (std::int64_t c = 0; c < 3; ++c)
        planar[static_cast<std::size_t>((b * 3 + c) * plane + at)] =
            interleaved[static_cast<std::size_t>((b * plane + at) * 3 + c)];
  return network_input(planar, static_cast<int>(shape[1]), static_cast<int>(shape[2]), {}, {});
}

}  // namespace fedfr::nn
