#pragma once
#include <cstdint>
#include <span>

#include "fedfr/core/rng.hpp"
#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

/// The filters of OpenCV's `resize`, which are not widened when an image is shrunk, `area` excepted.
enum class Interpolation { nearest, linear, area, cubic, lanczos };

/// @param in   [3,H,W] of size `from`
/// @param out  [3,H,W] of size `to`; within one grey level of OpenCV's, which rounds weights to 11 bits
void resize(std::span<const std::uint8_t> in, ImageSize from, std::span<std::uint8_t> out, ImageSize to,
            Interpolation interpolation);

/// Shrinks by a factor in [0.2, 1) and enlarges again, each time by one of the filters.
/// @param pixels  [3,H,W]
void lower_resolution(std::span<std::uint8_t> pixels, ImageSize size, RngStream& random);

}  // namespace fedfr::data
