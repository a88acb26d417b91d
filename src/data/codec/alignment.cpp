// A similarity is z -> a z + b for complex numbers, so that its least squares are those of one complex
// factor. The warp is bilinear as such, as OpenCV's is from version 5 on; version 4 took colours at places of
// 1/32 pixel, which differs by a grey level in smooth pictures and by more where neighbours differ much.
#include "fedfr/data/codec/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include "fedfr/core/error.hpp"

namespace fedfr::data {

namespace {

/// Beyond this nothing of an image can be met; it keeps places within whole numbers.
constexpr double farthest = 1e9;

Affine inverse(const Affine& map) {
  const double determinant = map[0][0] * map[1][1] - map[0][1] * map[1][0];
  if (!std::isfinite(determinant) || determinant == 0)
    throw DataError("a map without an inverse aligns nothing");
  const double a = map[1][1] / determinant, b = -map[0][1] / determinant;
  const double c = -map[1][0] / determinant, d = map[0][0] / determinant;
  const Affine back{{{a, b, -a * map[0][2] - b * map[1][2]}, {c, d, -c * map[0][2] - d * map[1][2]}}};
  for (const auto& row : back)
    for (const double entry : row)
      if (!std::isfinite(entry)) throw DataError("a map without an inverse aligns nothing");
  return back;
}

/// One colour of an image; black outside of it.
struct Plane {
  const std::uint8_t* pixels;
  ImageSize size;

  double at(std::int64_t x, std::int64_t y) const {
    return x < 0 || y < 0 || x >= size.width || y >= size.height ? 0 : pixels[y * size.width + x];
  }
  std::uint8_t between(double x, double y) const {
    const auto left = static_cast<std::int64_t>(std::floor(x)),
               top = static_cast<std::int64_t>(std::floor(y));
    const double right_share = x - static_cast<double>(left), lower_share = y - static_cast<double>(top);
    const double upper = at(left, top) * (1 - right_share) + at(left + 1, top) * right_share;
    const double lower = at(left, top + 1) * (1 - right_share) + at(left + 1, top + 1) * right_share;
    return static_cast<std::uint8_t>(std::lrint(upper * (1 - lower_share) + lower * lower_share));
  }
};

}  // namespace

std::optional<Affine> fit_similarity(const Landmarks& from, const Landmarks& to) {
  using Complex = std::complex<double>;
  const auto place = [](const Point& point) { return Complex(point.x, point.y); };
  const auto middle = [&](const Landmarks& points) {
    Complex sum;
    for (const auto& point : points) sum += place(point);
    return sum / static_cast<double>(points.size());
  };
  const Complex from_middle = middle(from), to_middle = middle(to);
  Complex product;
  double spread = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Complex offset = place(from[i]) - from_middle;
    product += std::conj(offset) * (place(to[i]) - to_middle);
    spread += std::norm(offset);
  }
  const Complex factor = product / spread;
  const Complex shift = to_middle - factor * from_middle;
  if (!std::isfinite(std::norm(factor)) || !std::isfinite(std::norm(shift)) || std::norm(factor) == 0)
    return std::nullopt;
  return Affine{
      {{factor.real(), -factor.imag(), shift.real()}, {factor.imag(), factor.real(), shift.imag()}}};
}

Image warp(const Image& image, const Affine& map, ImageSize size) {
  const Affine back = inverse(map);
  Image warped{size, std::vector<std::uint8_t>(static_cast<std::size_t>(size.bytes()))};
  const auto plane_pixels = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  const auto place = [&](const std::array<double, 3>& row, int x, int y) {
    return std::clamp(row[0] * x + row[1] * y + row[2], -farthest, farthest);
  };
  std::size_t at = 0;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x, ++at) {
      const double from_x = place(back[0], x, y), from_y = place(back[1], x, y);
      for (std::size_t c = 0; c < 3; ++c) {
        const Plane plane{image.pixels.data() + c * image.pixels.size() / 3, image.size};
        warped.pixels[c * plane_pixels + at] = plane.between(from_x, from_y);
      }
    }
  return warped;
}

Image align(const Image& image, const Landmarks& landmarks) {
  const auto map = fit_similarity(landmarks, aligned_landmarks);
  if (!map) throw DataError("its landmarks are one point, or no finite numbers");
  return warp(image, *map, aligned_size);
}

}  // namespace fedfr::data
