#include "fedfr/data/augment/crop.hpp"

#include <algorithm>
#include <cmath>

// The crop of AdaFace's program: faces are aligned, so the part that stays does not move and is not enlarged.
namespace fedfr::data {

namespace {

constexpr double smallest_area = 0.2;
constexpr double narrowest = 3.0 / 4;  // width by height
constexpr double widest = 4.0 / 3;

/// As Python rounds: halves to the even number.
int rounded(double value) { return static_cast<int>(std::nearbyint(value)); }

int below(int bound, RngStream& random) {
  return static_cast<int>(random.below(static_cast<std::uint64_t>(bound)));
}

Box middle(ImageSize size) {
  const double ratio = static_cast<double>(size.width) / size.height;
  Box box{.height = size.height, .width = size.width};
  if (ratio < narrowest) box.height = std::min(size.height, rounded(size.width / narrowest));
  if (ratio > widest) box.width = std::min(size.width, rounded(size.height * widest));
  box.top = (size.height - box.height) / 2;
  box.left = (size.width - box.width) / 2;
  return box;
}

}  // namespace

Box draw_box(ImageSize size, RngStream& random) {
  constexpr int attempts = 10;
  const double all = static_cast<double>(size.height) * size.width;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const double area = all * random.uniform(smallest_area, 1);
    const double ratio = std::exp(random.uniform(std::log(narrowest), std::log(widest)));
    Box box{.height = rounded(std::sqrt(area / ratio)), .width = rounded(std::sqrt(area * ratio))};
    if (box.width < 1 || box.width > size.width || box.height < 1 || box.height > size.height) continue;
    box.top = below(size.height - box.height + 1, random);
    box.left = below(size.width - box.width + 1, random);
    return box;
  }
  return middle(size);
}

void keep_only(std::span<std::uint8_t> pixels, ImageSize size, const Box& box) {
  for (int row = 0; row < 3 * size.height; ++row) {
    const auto line = pixels.subspan(static_cast<std::size_t>(row) * static_cast<std::size_t>(size.width),
                                     static_cast<std::size_t>(size.width));
    const int y = row % size.height;
    const bool inside = y >= box.top && y < box.top + box.height;
    const auto kept = inside ? static_cast<std::size_t>(box.width) : 0;
    const auto left = inside ? static_cast<std::size_t>(box.left) : 0;
    std::ranges::fill(line.first(left), std::uint8_t{0});
    std::ranges::fill(line.subspan(left + kept), std::uint8_t{0});
  }
}

}  // namespace fedfr::data
