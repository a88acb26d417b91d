#include "synth_skin.hpp"

// What is drawn on a face: lips, eyes, brows, marks. Each is a signed distance in the coordinates of the
// face, negative inside, whose edge is one pixel wide at any resolution (coverage), or a soft hill (bump)
// where there is no edge. What both halves of the face have is drawn once, by |u|.
namespace fedfr::data::synth {

namespace {

void lay(Rgb& below, Rgb above, float share) { below = mix(below, above, clamp01(share)); }

float length(float x, float y) { return std::sqrt(x * x + y * y); }

float distance_to_segment(float x, float y, float ax, float ay, float bx, float by) {
  const float dx = bx - ax, dy = by - ay;
  const float t = clamp01(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy));
  return length(x - ax - t * dx, y - ay - t * dy);
}

/// Signed distance to a box with round corners, all sizes half-lengths.
float rounded_box(float x, float y, float width, float height, float corner) {
  const float dx = std::abs(x) - width + corner, dy = std::abs(y) - height + corner;
  return length(std::max(dx, 0.0F), std::max(dy, 0.0F)) + std::min(std::max(dx, dy), 0.0F) - corner;
}

}  // namespace

float cell_noise(int x, int y, std::uint32_t seed) {
  // Cells are told apart by two primes (Ericson, Real-Time Collision Detection, 2005); what follows spreads
  // every bit (the constants are of Wellons' hash-prospector). 24 bits fit a float.
  std::uint32_t h =
      seed ^ (static_cast<std::uint32_t>(x) * 0x8DA6B343U) ^ (static_cast<std::uint32_t>(y) * 0xD8163841U);
  h = (h ^ (h >> 15)) * 0x2C1B3C6DU;
  h = (h ^ (h >> 12)) * 0x297A2D39U;
  return static_cast<float>((h ^ (h >> 15)) >> 8) * 0x1p-24F;
}

FacePainter::FacePainter(const FaceIdentity& person, const FaceView& view, float pixel)
    : person_(person),
      view_(view),
      pixel_(pixel),
      eye_cos_(std::cos(person.eye_tilt)),
      eye_sin_(std::sin(person.eye_tilt)) {}

Rgb FacePainter::paint(float u, float v) const {
  Rgb color = person_.skin;
  add_marks(color, u, v);
  add_nose(color, u, v);
  add_beard(color, u, v);
  add_mouth(color, u, v);
  add_eye(color, u, v);
  add_brow(color, u, v);
  return color;
}

void FacePainter::add_marks(Rgb& color, float u, float v) const {
  const float side = std::abs(u);
  const float cheeks = bump((side - 0.40F) / 0.28F) * bump((v - person_.nose_tip - 0.02F) / 0.30F);
  lay(color, color * Rgb{1.02F, .80F, .78F}, 0.5F * cheeks);
  lay(color, color * 0.62F,
      person_.eye_shadow * bump((side - person_.eye_x) / 0.22F) * bump((v - person_.eye_y + 0.12F) / 0.08F));
  if (person_.freckles > 0.0F) {
    constexpr float cell = 0.055F;
    const int column = static_cast<int>(std::floor(u / cell)), row = static_cast<int>(std::floor(v / cell));
    const float zone = bump(u / 0.65F) * bump((v - person_.nose_tip - 0.12F) / 0.32F);
    const float spot = cell_noise(column, row, person_.texture_seed) > 0.55F ? 1.0F : 0.0F;
    lay(color, color * Rgb{.66F, .52F, .44F}, person_.freckles * zone * spot * 0.75F);
  }
  for (const auto& mole : person_.moles) {
    if (mole.radius > 0.0F)
      lay(color, color * 0.28F, 0.9F * coverage(length(u - mole.x, v - mole.y) - mole.radius, pixel_));
  }
  if (person_.folds > 0.0F) {
    const float d = distance_to_segment(side, v, person_.nose_width * 1.05F, person_.nose_tip + 0.03F,
                                        person_.mouth_width + 0.08F, person_.mouth_y - 0.02F);
    lay(color, color * 0.62F, person_.folds * (0.55F + 0.45F * view_.smile) * bump(d / 0.05F));
  }
}

void FacePainter::add_nose(Rgb& color, float u, float v) const {
  const FaceIdentity& p = person_;
  const float side = std::abs(u);
  lay(color, color * 0.68F, bump(u / (1.1F * p.nose_width)) * bump((v - p.nose_tip + 0.085F) / 0.06F));
  const float wing =
      std::abs(length(side - 0.62F * p.nose_width, v - p.nose_tip) - 0.40F * p.nose_width) - 0.008F;
  const float outer = smooth_step(0.6F, 0.95F, side / p.nose_width);
  lay(color, color * 0.52F, 0.75F * outer * coverage(wing, pixel_));
  const float nostril =
      length((side - 0.46F * p.nose_width) / 1.7F, v - p.nose_tip + 0.045F) - 0.11F * p.nose_width;
  lay(color, color * 0.25F, 0.85F * coverage(nostril, pixel_));
}

void FacePainter::add_beard(Rgb& color, float u, float v) const {
  const FaceIdentity& p = person_;
  if (p.beard_style == BeardStyle::none) return;
  const float side = std::abs(u);
  const float above_lip = p.mouth_y + p.upper_lip;
  const float moustache = std::max(std::abs(v - above_lip - 0.045F + 0.35F * square(side)) - 0.045F,
                                   side - 1.15F * p.mouth_width);
  float d = moustache;
  if (p.beard_style == BeardStyle::full || p.beard_style == BeardStyle::stubble)
    d = std::min(d, v - p.mouth_y - 0.04F - 1.3F * std::max(0.0F, side - 0.26F));
  if (p.beard_style == BeardStyle::goatee) {
    const float chin = std::max(v - p.mouth_y + p.lower_lip, std::abs(side) - 0.22F);
    const float corner =
        rounded_box(side - p.mouth_width - 0.03F, v - p.mouth_y + 0.05F, 0.05F, 0.16F, 0.04F);
    d = std::min(d, std::min(chin, corner));
  }
  const float grain = cell_noise(static_cast<int>(std::floor(u * 34.0F)),
                                 static_cast<int>(std::floor(v * 20.0F)), p.texture_seed);
  lay(color, p.hair * (0.75F + 0.4F * grain), p.beard_strength * clamp01(0.5F - d / (pixel_ + 0.04F)));
}

void FacePainter::add_mouth(Rgb& color, float u, float v) const {
  const FaceIdentity& p = person_;
  const float width = p.mouth_width * (1.0F + 0.20F * view_.smile);
  const float t = u / width;
  if (std::abs(t) > 1.15F) return;
  const float envelope = std::max(0.0F, 1.0F - t * t);
  const float center = p.mouth_y + (p.mouth_curve + 0.10F * view_.smile) * (t * t - 0.35F);
  const float gap = 0.15F * view_.mouth_open * envelope;
  const float thin = 1.0F - 0.25F * std::max(0.0F, view_.smile);
  const float top = center + 0.4F * gap + thin * p.upper_lip * envelope * (1.0F - 0.35F * bump(t / 0.28F));
  const float bottom = center - 0.6F * gap - thin * p.lower_lip * envelope;
  const float lips = std::max(v - top, bottom - v);
  lay(color, p.lips, coverage(lips, pixel_ + 0.01F));
  const float opening = std::max(v - center - 0.4F * gap, center - 0.6F * gap - v);
  const float line = std::max(opening - 0.010F, std::abs(u) - width);
  lay(color, p.lips * 0.30F, coverage(line, pixel_));
  const float teeth = std::max(std::abs(v - center - 0.4F * gap + 0.025F) - 0.025F, opening);
  if (gap > 0.03F)
    lay(color, Rgb{.93F, .91F, .86F}, coverage(teeth, pixel_) * (std::abs(t) < 0.8F ? 1.0F : 0.0F));
  lay(color, color * 0.72F, 0.8F * bump((v - bottom + 0.045F) / 0.05F) * bump(t / 0.7F));
}

void FacePainter::add_eye(Rgb& color, float u, float v) const {
  const FaceIdentity& p = person_;
  const float x0 = std::abs(u) - p.eye_x, y0 = v - p.eye_y;
  if (std::abs(x0) > 0.27F || std::abs(y0) > 0.24F) return;
  const float x = eye_cos_ * x0 + eye_sin_ * y0, y = eye_cos_ * y0 - eye_sin_ * x0;
  const float t = x / p.eye_width;
  const float envelope = 1.0F - t * t;
  const float upper = view_.eye_open * p.eye_height * envelope, lower = -0.75F * p.eye_height * envelope;
  // The lid is a parabola: a height above it, divided by its steepness there, is about the distance to it.
  const float steepness = std::sqrt(1.0F + square(2.0F * p.eye_height * t / p.eye_width));
  const float inside = std::max(y - upper, lower - y) / steepness;
  const float ends = std::max(inside, std::abs(x) - p.eye_width);

  // In the order of painting: each layer lies on those before it.
  const float crease = std::abs(y - 1.05F * p.eye_height * envelope - 0.045F) - 0.008F;
  lay(color, color * 0.55F, p.lid_crease * coverage(std::max(crease, std::abs(x) - p.eye_width), pixel_));
  const float white = coverage(ends, pixel_);
  lay(color, Rgb{.93F, .92F, .90F}, white);
  // Both eyes look the same way, so the gaze is mirrored back for the left one.
  const float toward = u < 0.0F ? -view_.gaze_x : view_.gaze_x;
  const float iris = length(x - 0.3F * toward * p.eye_width, y - 0.3F * view_.gaze_y * p.eye_height - 0.005F);
  lay(color, p.iris, white * coverage(iris - p.iris_radius, pixel_));
  lay(color, Rgb{.03F, .03F, .03F}, white * coverage(iris - 0.48F * p.iris_radius, pixel_));
  const float glint = length(x - 0.3F * toward * p.eye_width - 0.02F, y - 0.025F) - 0.012F;
  lay(color, Rgb{1, 1, 1}, 0.8F * white * coverage(glint, pixel_));
  const float lash = std::max(std::abs(y - upper) / steepness - 0.013F, std::abs(x) - 1.04F * p.eye_width);
  lay(color, Rgb{.07F, .05F, .05F}, 0.9F * coverage(lash, pixel_));
  const float lower_lid = std::max(std::abs(y - lower) / steepness - 0.004F, std::abs(x) - p.eye_width);
  lay(color, color * 0.5F, 0.5F * coverage(lower_lid, pixel_));
}

void FacePainter::add_brow(Rgb& color, float u, float v) const {
  const FaceIdentity& p = person_;
  const float x = std::abs(u) - p.eye_x;
  const float t = x / p.brow_length;
  if (std::abs(t) > 1.3F) return;
  const float middle =
      p.eye_y + p.brow_gap + view_.brow_raise + p.brow_arch * (1.0F - t * t) + p.brow_tilt * x;
  const float thickness = p.brow_thickness * (1.0F - 0.45F * clamp01(0.5F * t + 0.5F));
  const float d = std::max(std::abs(v - middle) - thickness, std::abs(x) - p.brow_length);
  lay(color, p.hair * 0.7F, p.brow_strength * coverage(d, pixel_ + 0.012F));
}

Rgb FacePainter::glasses(Rgb below, float u, float v) const {
  const float side = std::abs(u), size = view_.glasses_size;
  const float center = std::max(person_.eye_x, size + 0.03F);
  const float lens =
      rounded_box(side - center, v - person_.eye_y + 0.01F, size, size * (0.6F + 0.35F * view_.glasses_round),
                  size * 0.58F * view_.glasses_round);
  const float bar = std::abs(v - person_.eye_y - 0.04F) - 0.016F;
  const float bridge = std::max(bar, side - center + size), temple = std::max(bar, center + size - side);
  lay(below, view_.glasses_color * 0.3F, view_.glasses_tint * coverage(lens, pixel_));
  lay(below, view_.glasses_color,
      coverage(std::min(std::abs(lens) - 0.018F, std::min(bridge, temple)), pixel_));
  return below;
}

}  // namespace fedfr::data::synth
