#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

// One format each: from a whole file in memory to upright pixels.

Image decode_jpeg(std::span<const std::byte> encoded);
Image decode_png(std::span<const std::byte> encoded);

/// Of the upright picture, from its header; of the rest only that it has an end.
ImageSize size_of_jpeg(std::span<const std::byte> encoded);

std::vector<std::uint8_t> encode_png(const Image& image);

/// @throws DataError unless both sides are from 1 to 16,384 pixels
void check_size(std::int64_t height, std::int64_t width);

}  // namespace fedfr::data
