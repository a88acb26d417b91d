#include "fedfr/data/codec/image_codec.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"
#include "formats.hpp"

// The one door for pictures from outside: the first bytes of a file say what it is, never its name, and what
// is neither JPEG nor PNG goes no further.
namespace fedfr::data {

namespace {

constexpr std::array<unsigned char, 3> jpeg_mark{0xFF, 0xD8, 0xFF};
constexpr std::array<unsigned char, 8> png_mark{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

bool starts_with(std::span<const std::byte> bytes, std::span<const unsigned char> mark) {
  return bytes.size() >= mark.size() && std::ranges::equal(bytes.first(mark.size()), std::as_bytes(mark));
}

}  // namespace

void check_size(std::int64_t height, std::int64_t width) {
  constexpr int longest_side = 16384;
  if (height < 1 || width < 1 || height > longest_side || width > longest_side)
    throw DataError("its size of {}x{} pixels is not between 1x1 and {}x{}", height, width, longest_side,
                    longest_side);
}

bool is_known_format(std::span<const std::byte> start) {
  return starts_with(start, jpeg_mark) || starts_with(start, png_mark);
}

Image decode(std::span<const std::byte> encoded) {
  if (starts_with(encoded, jpeg_mark)) return decode_jpeg(encoded);
  if (starts_with(encoded, png_mark)) return decode_png(encoded);
  throw DataError("{}", encoded.empty() ? "it is empty" : "neither a JPEG nor a PNG");
}

ImageSize size_of_encoded(std::span<const std::byte> encoded) {
  return starts_with(encoded, jpeg_mark) ? size_of_jpeg(encoded) : decode(encoded).size;
}

Image read_image(const std::filesystem::path& path) {
  const std::string bytes = read_text(path, most_bytes_of_image);
  try {
    return decode(std::as_bytes(std::span(bytes)));
  } catch (const DataError& e) {
    throw DataError("{}: {}", printable(path.string()), e.what());
  }
}

}  // namespace fedfr::data
