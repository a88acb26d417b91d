#include "interleaved.hpp"

#include <cstddef>

namespace fedfr::data {

void put_row(Image& image, int row, const std::uint8_t* rgb) {
  const auto width = static_cast<std::size_t>(image.size.width);
  const std::size_t plane = image.pixels.size() / 3;
  std::uint8_t* const red = image.pixels.data() + static_cast<std::size_t>(row) * width;
  std::uint8_t* const green = red + plane;
  std::uint8_t* const blue = green + plane;
  for (std::size_t x = 0; x < width; ++x, rgb += 3) {
    red[x] = rgb[0];
    green[x] = rgb[1];
    blue[x] = rgb[2];
  }
}

std::vector<std::uint8_t> interleaved(const Image& image) {
  const std::size_t plane = image.pixels.size() / 3;
  std::vector<std::uint8_t> rgb(image.pixels.size());
  for (std::size_t at = 0; at < plane; ++at)
    for (std::size_t c = 0; c < 3; ++c) rgb[at * 3 + c] = image.pixels[c * plane + at];
  return rgb;
}

}  // namespace fedfr::data
