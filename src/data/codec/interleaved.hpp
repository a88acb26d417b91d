#pragma once
#include <cstdint>
#include <vector>

#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

// The libraries know pixels as RGBRGB..., fedfr as planes.

/// Lays one row of [W,3] pixels into the planes of `image`.
void put_row(Image& image, int row, const std::uint8_t* rgb);

/// [H,W,3]
std::vector<std::uint8_t> interleaved(const Image& image);

}  // namespace fedfr::data
