#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "fedfr/data/codec/image_codec.hpp"

// Resizing as two passes, first along the rows and then along the columns, since a triangle filter of two
// dimensions is the product of two of one. The weights of an axis are worked out once for all its lines. In
// double, and rounded once at the end.
namespace fedfr::data {

namespace {

/// How much of each source pixel one target pixel takes along one axis.
struct Taps {
  int first = 0;
  std::vector<double> weights;
};

/// A triangle filter as wide as a target pixel (when shrinking) or a source pixel (when growing):
/// area-weighted and bilinear at once.
std::vector<Taps> make_taps(int from, int to) {
  const double scale = static_cast<double>(from) / to;
  const double radius = std::max(scale, 1.0);
  std::vector<Taps> all;
  for (int target = 0; target < to; ++target) {
    const double centre = (target + 0.5) * scale - 0.5;
    const int first = std::max(0, static_cast<int>(std::ceil(centre - radius)));
    const int last = std::min(from - 1, static_cast<int>(std::floor(centre + radius)));
    Taps taps{first, {}};
    double sum = 0;
    for (int source = first; source <= last; ++source) {
      taps.weights.push_back(std::max(0.0, 1.0 - std::abs(source - centre) / radius));
      sum += taps.weights.back();
    }
    for (auto& weight : taps.weights) weight /= sum;
    all.push_back(std::move(taps));
  }
  return all;
}

}  // namespace

Image resize(const Image& image, ImageSize size) {
  if (image.size == size) return image;
  const auto columns = make_taps(image.size.width, size.width);
  const auto rows = make_taps(image.size.height, size.height);
  Image out{size, std::vector<std::uint8_t>(static_cast<std::size_t>(size.bytes()))};
  // One channel with its final width and its old height.
  std::vector<double> narrow(static_cast<std::size_t>(image.size.height) * columns.size());
  for (int c = 0; c < 3; ++c) {
    const std::uint8_t* in =
        image.pixels.data() + static_cast<std::ptrdiff_t>(c) * image.size.height * image.size.width;
    for (int y = 0; y < image.size.height; ++y) {
      for (std::size_t x = 0; x < columns.size(); ++x) {
        double sum = 0;
        for (std::size_t k = 0; k < columns[x].weights.size(); ++k)
          sum += columns[x].weights[k] * in[y * image.size.width + columns[x].first + static_cast<int>(k)];
        narrow[static_cast<std::size_t>(y) * columns.size() + x] = sum;
      }
    }
    std::uint8_t* to = out.pixels.data() + static_cast<std::ptrdiff_t>(c) * size.height * size.width;
    for (const auto& row : rows) {
      for (std::size_t x = 0; x < columns.size(); ++x) {
        double sum = 0;
        for (std::size_t k = 0; k < row.weights.size(); ++k)
          sum += row.weights[k] * narrow[(static_cast<std::size_t>(row.first) + k) * columns.size() + x];
        *to++ = static_cast<std::uint8_t>(std::clamp(std::lround(sum), 0L, 255L));
      }
    }
  }
  return out;
}

}  // namespace fedfr::data
