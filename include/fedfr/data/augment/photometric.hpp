#pragma once
#include <cstdint>
#include <span>

#include "fedfr/core/rng.hpp"

/// What torchvision's ColorJitter does by Pillow, with its bits: each value moves away from, or towards, one
/// of a picture without the property. Pixels are [3,n], planes of red, green and blue; a factor of 1 changes
/// nothing.
namespace fedfr::data {

void change_brightness(std::span<std::uint8_t> pixels, float factor);  ///< against black
void change_contrast(std::span<std::uint8_t> pixels, float factor);    ///< against the mean grey of the image
void change_saturation(std::span<std::uint8_t> pixels, float factor);  ///< against the pixel's grey

/// All three in a random order, each by a factor in [0.5, 1.5).
void change_colours(std::span<std::uint8_t> pixels, RngStream& random);

}  // namespace fedfr::data
