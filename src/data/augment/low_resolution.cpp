#include "fedfr/data/augment/low_resolution.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "../codec/separable.hpp"

// AdaFace's program lowers the resolution by OpenCV, by any of five filters on the way down and on the way
// up, so that a network meets aliasing as well as blur. The filters are OpenCV's formulas; beyond the border
// its last pixel goes on.
namespace fedfr::data {

namespace {

/// Keys's cubic with a = -0.75.
double cubic(double x) {
  constexpr double a = -0.75;
  x = std::abs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * a * x - 4 * a : 0;
}

/// Lanczos's window of four pixels on each side.
double lanczos(double x) {
  if (std::abs(x) < 1e-9) return 1;
  const double angle = std::numbers::pi * x;
  return std::abs(x) < 4 ? 4 * std::sin(angle) * std::sin(angle / 4) / (angle * angle) : 0;
}

/// One target pixel, whose centre is at `at` among those of the source.
Taps around(double at, int half, int from, double (*weight)(double)) {
  const int nearest = static_cast<int>(std::floor(at));
  const int first = std::clamp(nearest - half + 1, 0, from - 1),
            last = std::clamp(nearest + half, 0, from - 1);
  Taps taps{first, std::vector<double>(static_cast<std::size_t>(last - first) + 1, 0.0)};
  double sum = 0;
  for (int source = nearest - half + 1; source <= nearest + half; ++source) {
    taps.weights[static_cast<std::size_t>(std::clamp(source, first, last) - first)] += weight(at - source);
    sum += weight(at - source);
  }
  for (double& value : taps.weights) value /= sum;
  return taps;
}

/// The share of each source pixel that the target pixel covers.
Taps covered(double begin, double end, int from) {
  const int first = static_cast<int>(std::floor(begin));
  Taps taps{first, {}};
  for (int source = first; source < std::min(from, static_cast<int>(std::ceil(end - 1e-9))); ++source)
    taps.weights.push_back((std::min(end, source + 1.0) - std::max(begin, static_cast<double>(source))) /
                           (end - begin));
  return taps;
}

/// What OpenCV makes of `area` where it does not shrink: between two source pixels, but most target pixels
/// take one.
Taps enlarged(int target, double scale, int from) {
  const int source = std::min(static_cast<int>(std::floor(target * scale)), from - 1);
  const double beyond = (target + 1) - (source + 1) / scale;
  const double share = beyond <= 0 || source == from - 1 ? 0 : beyond - std::floor(beyond);
  return share > 0 ? Taps{source, {1 - share, share}} : Taps{source, {1}};
}

double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

Taps taps_of(int target, int from, int to, Interpolation interpolation, bool grows) {
  const double scale = static_cast<double>(from) / to;
  const double centre = (target + 0.5) * scale - 0.5;
  switch (interpolation) {
    case Interpolation::nearest:
      return {std::min(static_cast<int>(std::floor(target * scale)), from - 1), {1}};
    case Interpolation::area:
      return grows ? enlarged(target, scale, from) : covered(target * scale, (target + 1) * scale, from);
    case Interpolation::linear:
      return around(centre, 1, from, triangle);
    case Interpolation::cubic:
      return around(centre, 2, from, cubic);
    case Interpolation::lanczos:
      break;
  }
  return around(centre, 4, from, lanczos);
}

std::vector<Taps> axis(int from, int to, Interpolation interpolation, bool grows) {
  std::vector<Taps> all;
  for (int target = 0; target < to; ++target) all.push_back(taps_of(target, from, to, interpolation, grows));
  return all;
}

Interpolation draw_interpolation(RngStream& random) {
  constexpr Interpolation all[] = {Interpolation::nearest, Interpolation::linear, Interpolation::area,
                                   Interpolation::cubic, Interpolation::lanczos};
  return all[random.below(std::size(all))];
}

}  // namespace

void resize(std::span<const std::uint8_t> in, ImageSize from, std::span<std::uint8_t> out, ImageSize to,
            Interpolation interpolation) {
  const bool grows = to.width > from.width || to.height > from.height;
  resample(in, from, axis(from.width, to.width, interpolation, grows),
           axis(from.height, to.height, interpolation, grows), out);
}

void lower_resolution(std::span<std::uint8_t> pixels, ImageSize size, RngStream& random) {
  const double ratio = random.uniform(0.2, 1);
  const auto shrunk = [&](int side) { return std::max(1, static_cast<int>(ratio * side)); };
  const ImageSize small{shrunk(size.height), shrunk(size.width)};
  std::vector<std::uint8_t> reduced(static_cast<std::size_t>(small.bytes()));
  resize(pixels, size, reduced, small, draw_interpolation(random));
  resize(reduced, small, pixels, size, draw_interpolation(random));
}

}  // namespace fedfr::data
