#pragma once
#include "fedfr/data/synth/synth_face.hpp"

namespace fedfr::data::synth {

/// Share of a pixel inside an edge at signed distance `d` (negative inside).
constexpr float coverage(float d, float pixel) { return clamp01(0.5F - d / pixel); }

/// A hash of grid cells to [0,1), for freckles and strands.
float cell_noise(int x, int y, std::uint32_t seed);

/// Paints the flat features of one picture of a face, without light.
class FacePainter {
 public:
  /// @param pixel  width of a pixel in half-heights of the head
  FacePainter(const FaceIdentity& person, const FaceView& view, float pixel);

  /// Colour of the skin at (u, v), with everything that is drawn on it; for the front of the head.
  Rgb paint(float u, float v) const;

  /// Lays glasses over `below` at (u, v) of their own layer.
  Rgb glasses(Rgb below, float u, float v) const;

 private:
  void add_marks(Rgb& color, float u, float v) const;
  void add_nose(Rgb& color, float u, float v) const;
  void add_beard(Rgb& color, float u, float v) const;
  void add_mouth(Rgb& color, float u, float v) const;
  void add_eye(Rgb& color, float u, float v) const;
  void add_brow(Rgb& color, float u, float v) const;

  const FaceIdentity& person_;
  const FaceView& view_;
  float pixel_;
  float eye_cos_, eye_sin_;
};

}  // namespace fedfr::data::synth
