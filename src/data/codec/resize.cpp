#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "fedfr/data/codec/image_codec.hpp"
#include "separable.hpp"

// Resizing by a triangle filter. The weights of an axis are worked out once for all its lines.
namespace fedfr::data {

namespace {

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
  Image out{size, std::vector<std::uint8_t>(static_cast<std::size_t>(size.bytes()))};
  resample(image.pixels, image.size, make_taps(image.size.width, size.width),
           make_taps(image.size.height, size.height), out.pixels);
  return out;
}

}  // namespace fedfr::data
