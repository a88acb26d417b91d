#pragma once
#include <algorithm>
#include <array>
#include <cmath>

/// Small vectors for the face renderer. Lengths are in half-heights of a head, colours in [0,1].
namespace fedfr::data::synth {

struct Vec3 {
  float x = 0, y = 0, z = 0;
};
using Rgb = Vec3;  ///< x = red, y = green, z = blue

constexpr Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
constexpr Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
constexpr Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
constexpr Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
constexpr float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 normalized(Vec3 a) { return a * (1.0F / std::sqrt(std::max(dot(a, a), 1e-12F))); }

constexpr float mix(float a, float b, float t) { return a + (b - a) * t; }
constexpr Vec3 mix(Vec3 a, Vec3 b, float t) { return a + (b - a) * t; }
constexpr float clamp01(float t) { return std::clamp(t, 0.0F, 1.0F); }
constexpr float square(float t) { return t * t; }

/// A smooth hill of height 1 at 0 and 0 beyond |t| = 1.
constexpr float bump(float t) {
  const float s = 1.0F - t * t;
  return s > 0.0F ? s * s : 0.0F;
}

/// 0 below `low`, 1 above `high`, a cubic between.
constexpr float smooth_step(float low, float high, float t) {
  const float s = clamp01((t - low) / (high - low));
  return s * s * (3.0F - 2.0F * s);
}

/// Rows of a rotation.
struct Rotation {
  Vec3 x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1};
  constexpr Vec3 operator*(Vec3 v) const { return {dot(x, v), dot(y, v), dot(z, v)}; }
  constexpr Vec3 inverse(Vec3 v) const { return x * v.x + y * v.y + z * v.z; }
};

/// Turns by pitch about x (positive: looks down), then yaw about y (positive: looks to the right of the
/// image), then roll about z; radians.
inline Rotation rotation(float yaw, float pitch, float roll) {
  const float cy = std::cos(yaw), sy = std::sin(yaw);
  const float cp = std::cos(pitch), sp = std::sin(pitch);
  const float cr = std::cos(roll), sr = std::sin(roll);
  return {{cr * cy, cr * sy * sp - sr * cp, cr * sy * cp + sr * sp},
          {sr * cy, sr * sy * sp + cr * cp, sr * sy * cp - cr * sp},
          {-sy, cy * sp, cy * cp}};
}

}  // namespace fedfr::data::synth
