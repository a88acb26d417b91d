#pragma once
#include <array>
#include <cstdint>

#include "fedfr/data/synth/synth_math.hpp"

/// Procedural faces: what belongs to a person and what to a single picture of it. Lengths are in half-heights
/// of the head, with the origin in its centre, x to the right of the image, y up and z towards the camera.
namespace fedfr::data::synth {

enum class HairStyle { bald, shaved, short_cut, medium, bob, long_cut, receding };
enum class BeardStyle { none, stubble, moustache, goatee, full };

struct Mole {
  float x = 0, y = 0, radius = 0;
};

/// The person: geometry, colours, hair and marks.
struct FaceIdentity {
  // head
  // Half-axes; jaw, forehead and chin_length are factors of the outline, cheekbone and chin_relief heights.
  float width, depth, jaw, forehead, cheekbone, chin_length, chin_relief;
  Rgb skin;
  // eyes and brows, mirrored at x = 0
  float eye_x, eye_y, eye_width, eye_height, eye_tilt, iris_radius, lid_crease;
  Rgb iris;
  // Strengths, also those further down, are shares in [0, 1].
  float brow_gap, brow_length, brow_thickness, brow_arch, brow_tilt, brow_strength;
  // nose and mouth
  float nose_tip, nose_width, nose_bridge, nose_relief;
  float mouth_y, mouth_width, upper_lip, lower_lip, mouth_curve;
  Rgb lips;
  // ears
  float ear_size, ear_y, ear_angle;
  // hair and beard
  HairStyle hair_style;
  Rgb hair;
  float hairline, hair_volume, hair_length, parting, fringe, widow_peak, curl;
  BeardStyle beard_style;
  float beard_strength;
  // marks
  std::array<Mole, 3> moles;
  float freckles, folds, eye_shadow;
  std::uint32_t texture_seed;
};

enum class Headwear { none, beanie, cap };
enum class Occluder { none, hand, block };

/// The picture: pose, framing, light, expression, what hides the face, and the camera's faults.
struct FaceView {
  // Angles in radians, shifts in half-heights; at scale 1 the shorter side of the image is 2.44 of them.
  float yaw, pitch, roll, scale, shift_x, shift_y;
  // expression
  // 0 is neutral; eye_open is a factor of the eye's height, brow_raise a length.
  float smile, mouth_open, eye_open, brow_raise, gaze_x, gaze_y;
  // light: direction towards the light in the frame of the camera
  Vec3 light;
  // Intensities of both lights; the rest are factors, saturation 0 is grey.
  float key, ambient, exposure, contrast, saturation;
  Rgb light_color;
  // what hides the face
  bool glasses;
  float glasses_size, glasses_round, glasses_tint;
  Rgb glasses_color;
  Headwear headwear;
  float headwear_y;
  Rgb headwear_color;
  Occluder occluder;
  float occluder_x, occluder_y, occluder_size, occluder_angle;
  Rgb occluder_color;
  // around the head
  std::array<Rgb, 4> background;
  std::array<float, 6> background_shape;
  Rgb clothes;
  // camera: standard deviations in pixels of a 112-pixel image and in units of the pixel range
  float blur, noise;
};

/// The same person for the same (seed, identity), whatever else is drawn.
FaceIdentity draw_identity(std::uint64_t seed, std::uint64_t identity);

/// The same picture conditions for the same (seed, identity, image, nuisance).
/// @param nuisance  in [0, 1.5]: how much pose, expression, light, what covers the face and the camera vary
FaceView draw_view(std::uint64_t seed, std::uint64_t identity, std::uint64_t image, float nuisance = 1);

}  // namespace fedfr::data::synth
