#pragma once
#include <cstdint>
#include <vector>

namespace fedfr::data {

struct ImageSize {
  int height = 0;
  int width = 0;
  std::int64_t bytes() const { return std::int64_t{3} * height * width; }  ///< of one RGB image
  bool operator==(const ImageSize&) const = default;
};

/// An RGB image in memory, planar: pixels[c][y][x], [3,H,W].
struct Image {
  ImageSize size;
  std::vector<std::uint8_t> pixels;
};

}  // namespace fedfr::data
