#pragma once
#include <cstdint>
#include <span>

#include "fedfr/core/rng.hpp"
#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

struct Box {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;
};

/// A part of the image of 20 to 100 % of its area and of sides as 3 to 4 at most, by torchvision's rule for
/// RandomResizedCrop: ten attempts, then the largest such part in the middle.
Box draw_box(ImageSize size, RngStream& random);

/// Blackens what lies outside.
/// @param pixels  [3,H,W]
void keep_only(std::span<std::uint8_t> pixels, ImageSize size, const Box& box);

}  // namespace fedfr::data
