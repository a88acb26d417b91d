#pragma once
#include <array>
#include <optional>

#include "fedfr/data/codec/image.hpp"

/// Faces brought to one place: by five points, turned, scaled and moved to where InsightFace's networks have
/// them.
namespace fedfr::data {

struct Point {
  float x = 0, y = 0;  ///< in pixels; the middle of the first pixel is (0, 0)
  bool operator==(const Point&) const = default;
};

/// Of a face: left eye, right eye, nose, left and right corner of the mouth, as the viewer sees them.
using Landmarks = std::array<Point, 5>;

/// Where the points lie in an aligned image of 112x112 pixels. Source: InsightFace, arcface_dst of
/// python-package/insightface/utils/face_align.py.
inline constexpr Landmarks aligned_landmarks{{{38.2946F, 51.6963F},
                                              {73.5318F, 51.5014F},
                                              {56.0252F, 71.7366F},
                                              {41.5493F, 92.3655F},
                                              {70.7299F, 92.2041F}}};
inline constexpr ImageSize aligned_size{112, 112};

/// Rows of a 2x3 matrix that maps (x, y, 1).
using Affine = std::array<std::array<double, 3>, 2>;

/// The rotation, scale and shift that bring `from` nearest to `to`, by least squares (Umeyama, PAMI 1991),
/// without a mirror image.
/// @returns nothing where the points of `from` are one, or no finite numbers
std::optional<Affine> fit_similarity(const Landmarks& from, const Landmarks& to);

/// Takes each pixel of the result from where `map` takes it from, bilinear, black outside: OpenCV's
/// warpAffine, which has places to 1/32 of a pixel.
/// @param map  from `image` to the result
/// @throws DataError for a map that has no inverse
Image warp(const Image& image, const Affine& map, ImageSize size);

/// @throws DataError where the landmarks are one point, or no finite numbers
Image align(const Image& image, const Landmarks& landmarks);

}  // namespace fedfr::data
