#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

/// JPEG or PNG, told by their first bytes, as the RGB pixels that Pillow gives by
/// `ImageOps.exif_transpose(Image.open(file)).convert("RGB")`, since that is what published models were
/// trained on: the accurate integer DCT and smooth chroma, EXIF's (or XMP's) orientation applied, alpha
/// dropped, no colour management. Of 16 bits the high byte is taken, of grey ones too, which Pillow cuts off
/// at 255.
///
/// `encoded` may be anything: sides are at most 16,384 pixels, and a picture that needs more memory than its
/// bytes can account for (see `jpeg.cpp`, `png.cpp`) is refused before that is allocated.
/// @throws DataError with the codec's reason; a file that ends before its last row is refused
Image decode(std::span<const std::byte> encoded);

/// The size that `decode` would give, of a JPEG without decoding it: from its header, and its end must be
/// there.
/// @throws DataError as `decode`, for what can be seen so
ImageSize size_of_encoded(std::span<const std::byte> encoded);

/// Of a file: more than the largest image takes, even where nothing can be compressed.
constexpr std::size_t most_bytes_of_image = std::size_t{1} << 30U;

/// Whether `start`, the first bytes of a file, are those of a format that `decode` knows.
bool is_known_format(std::span<const std::byte> start);

Image read_image(const std::filesystem::path& path);  ///< @throws DataError naming the path
std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality);  ///< 4:4:4
void write_png(const std::filesystem::path& path, const Image& image);   ///< durable: see core/file.hpp

/// By a triangle filter: bilinear when growing, and wide enough to take in every pixel when shrinking.
Image resize(const Image& image, ImageSize size);

}  // namespace fedfr::data
