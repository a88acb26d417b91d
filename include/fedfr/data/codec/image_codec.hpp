#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

/// JPEG (accurate integer DCT of libjpeg-turbo, so that pixels equal those of Pillow) or PNG, told by their
/// first bytes; grey images become RGB, transparent pixels are laid on black. Sides are at most 16,384
/// pixels.
/// @throws DataError with the codec's reason
Image decode(std::span<const std::byte> encoded);
Image read_image(const std::filesystem::path& path);  ///< @throws DataError naming the path
std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality);  ///< 4:4:4
void write_png(const std::filesystem::path& path, const Image& image);   ///< durable: see core/file.hpp

/// By a triangle filter: bilinear when growing, and wide enough to take in every pixel when shrinking.
Image resize(const Image& image, ImageSize size);

}  // namespace fedfr::data
