#include "orientation.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

// Reads one number out of the bytes of a stranger, and turns the picture by it. No library: EXIF is a small
// TIFF file (TIFF 6.0, section 2), and the question is not what the standard allows but what Pillow makes of
// broken files, since its pixels are the measure. Every number is asked for by its place and may be missing.
namespace fedfr::data {

namespace {

constexpr std::uint32_t orientation_tag = 0x0112;
constexpr std::int64_t entry_bytes = 12;

/// Numbers at any place of a TIFF file, which names its byte order; none beyond its end.
class Tiff {
 public:
  explicit Tiff(std::string_view file) : file_(file), little_(file.starts_with("II")) {}

  bool is_whole() const {
    const auto magic = number(2, 2);
    return (file_.starts_with("II") || file_.starts_with("MM")) && (magic == 42 || magic == 42 << 8);
  }
  std::int64_t size() const { return std::ssize(file_); }
  std::optional<std::uint32_t> number(std::int64_t at, int bytes) const {
    if (at < 0 || at > size() - bytes) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i)
      value = value << 8 |
              static_cast<unsigned char>(file_[static_cast<std::size_t>(at + (little_ ? bytes - 1 - i : i))]);
    return value;
  }

 private:
  std::string_view file_;
  bool little_;
};

/// Bytes of one value of a type; 0 for types that TIFF does not know.
int unit_of(std::uint32_t type) {
  constexpr int units[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};  // by number of the type, 1 to 13
  return type < std::size(units) ? units[type] : 0;
}

bool is_integer(std::uint32_t type) { return type == 3 || type == 4 || type == 6 || type == 8 || type == 9; }

/// The tag's value in the first directory; nothing if the file is broken before it, as Pillow sees it. 0 for
/// a value of a type that is no number.
std::optional<std::uint32_t> orientation_of_exif(std::string_view exif) {
  constexpr std::string_view mark("Exif\0\0", 6);
  // Some programs write the mark twice.
  for (int twice = 0; twice < 2; ++twice)
    if (exif.starts_with(mark)) exif.remove_prefix(mark.size());
  const Tiff tiff(exif);
  if (!tiff.is_whole()) return std::nullopt;
  const std::int64_t directory = tiff.number(4, 4).value_or(0);
  const std::int64_t entries = tiff.number(directory, 2).value_or(0);
  for (std::int64_t i = 0; i < entries; ++i) {
    const std::int64_t entry = directory + 2 + i * entry_bytes;
    const auto tag = tiff.number(entry, 2), type = tiff.number(entry + 2, 2),
               count = tiff.number(entry + 4, 4);
    const auto inline_value = tiff.number(entry + 8, 4);
    if (!inline_value) return std::nullopt;
    const std::int64_t size = std::int64_t{*count} * unit_of(*type);
    // As Pillow: an entry that makes no sense is passed over, one that leads out of the file ends the search.
    if (size == 0 || size > tiff.size()) continue;
    const std::int64_t value = size > 4 ? std::int64_t{*inline_value} : entry + 8;
    if (value + size > tiff.size()) return std::nullopt;
    if (tag == orientation_tag) return is_integer(*type) ? tiff.number(value, unit_of(*type)) : 0;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> orientation_of_xmp(std::string_view xmp) {
  constexpr std::string_view name = "tiff:Orientation";
  for (auto at = xmp.find(name); at != std::string_view::npos; at = xmp.find(name, at + 1)) {
    auto rest = xmp.substr(at + name.size());
    if (rest.starts_with("=\""))
      rest.remove_prefix(2);
    else if (rest.starts_with(">"))
      rest.remove_prefix(1);
    else
      continue;
    if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') return static_cast<std::uint32_t>(rest[0] - '0');
  }
  return std::nullopt;
}

}  // namespace

int find_orientation(std::string_view exif, std::string_view xmp) {
  auto value = orientation_of_exif(exif);
  if (!value) value = orientation_of_xmp(xmp);
  return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
}

Image upright(Image image, int orientation) {
  if (orientation == 1) return image;
  // The pixel at (x, y) of the upright picture lies at column `across`, row `down` of the stored one, counted
  // from its right or lower edge if `from_right`, `from_below`.
  const bool lies = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const auto [height, width] = std::pair(image.size.height, image.size.width);
  Image turned{lies ? ImageSize{width, height} : image.size, std::vector<std::uint8_t>(image.pixels.size())};
  const std::uint8_t* plane = image.pixels.data();
  std::uint8_t* out = turned.pixels.data();
  for (int c = 0; c < 3; ++c, plane += static_cast<std::ptrdiff_t>(height) * width)
    for (int y = 0; y < turned.size.height; ++y)
      for (int x = 0; x < turned.size.width; ++x) {
        const int across = lies ? y : x;
        const int down = lies ? x : y;
        const std::ptrdiff_t row = from_below ? height - 1 - down : down;
        *out++ = plane[row * width + (from_right ? width - 1 - across : across)];
      }
  return turned;
}

}  // namespace fedfr::data
