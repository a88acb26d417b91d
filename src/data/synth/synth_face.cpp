#include "fedfr/data/synth/synth_face.hpp"

#include <numbers>

#include "fedfr/core/rng.hpp"

// What a person and a picture of it look like, as numbers. A feature is one draw within its bounds,
// independent of the others but where faces are not: lips take after the skin, and the style of the hair
// decides what fringe and beard there can be. The order of the draws is part of what a seed means: a new
// feature draws last.
namespace fedfr::data::synth {

namespace {

constexpr float pi = std::numbers::pi_v<float>;

/// Draws single-precision numbers in the order of the calls.
class Draw {
 public:
  explicit Draw(const StreamKey& key) : stream_(key) {}
  float in(float low, float high) { return static_cast<float>(stream_.uniform(low, high)); }
  float around(float mean, float deviation, float limit) {
    return mean + std::clamp(static_cast<float>(stream_.normal()) * deviation, -limit, limit);
  }
  bool chance(double p) { return stream_.uniform() < p; }
  std::size_t below(std::size_t n) { return stream_.below(n); }
  Rgb color(float low, float high) {
    const float r = in(low, high), g = in(low, high), b = in(low, high);
    return {r, g, b};
  }

 private:
  RngStream stream_;
};

Rgb skin_tone(Draw& draw) {
  constexpr std::array<Rgb, 5> palette{
      {{.95F, .78F, .68F}, {.88F, .68F, .54F}, {.76F, .55F, .40F}, {.56F, .38F, .27F}, {.36F, .24F, .18F}}};
  // Between two neighbours of the palette: 3.999 so that there is one above.
  const float at = draw.in(0.0F, 3.999F);
  const auto low = static_cast<std::size_t>(at);
  const Rgb base = mix(palette[low], palette[low + 1], at - static_cast<float>(low));
  const float red = draw.around(0.0F, 0.02F, 0.04F);
  return base + Rgb{red, -0.3F * red, -0.5F * red};
}

void draw_head(FaceIdentity& p, Draw& draw) {
  p.width = draw.in(0.66F, 0.84F);
  p.depth = draw.in(0.80F, 0.98F);
  p.jaw = draw.in(0.72F, 1.28F);
  p.forehead = draw.in(0.88F, 1.12F);
  p.cheekbone = draw.in(0.0F, 0.10F);
  p.chin_length = draw.in(0.92F, 1.12F);
  p.chin_relief = draw.in(-0.02F, 0.09F);
  p.skin = skin_tone(draw);
  p.ear_size = draw.in(0.15F, 0.26F);
  p.ear_y = draw.in(-0.08F, 0.10F);
  p.ear_angle = draw.in(0.0F, 0.12F);
}

void draw_eyes(FaceIdentity& p, Draw& draw) {
  constexpr std::array<Rgb, 5> irises{
      {{.22F, .13F, .07F}, {.36F, .22F, .10F}, {.25F, .40F, .60F}, {.30F, .42F, .25F}, {.42F, .46F, .50F}}};
  p.eye_x = draw.in(0.25F, 0.40F);
  p.eye_y = draw.in(0.02F, 0.18F);
  p.eye_width = draw.in(0.12F, 0.185F);
  p.eye_height = draw.in(0.055F, 0.105F);
  p.eye_tilt = draw.in(-0.22F, 0.26F);
  p.iris_radius = draw.in(0.058F, 0.085F);
  p.lid_crease = draw.in(0.0F, 1.0F);
  p.iris = irises[draw.below(irises.size())];
  p.brow_gap = draw.in(0.13F, 0.22F);
  p.brow_length = draw.in(0.15F, 0.25F);
  p.brow_thickness = draw.in(0.014F, 0.048F);
  p.brow_arch = draw.in(-0.01F, 0.08F);
  p.brow_tilt = draw.in(-0.25F, 0.25F);
  p.brow_strength = draw.in(0.45F, 1.0F);
}

void draw_nose_and_mouth(FaceIdentity& p, Draw& draw) {
  p.nose_tip = draw.in(-0.36F, -0.18F);
  p.nose_width = draw.in(0.11F, 0.22F);
  p.nose_bridge = draw.in(0.045F, 0.09F);
  p.nose_relief = draw.in(0.12F, 0.30F);
  p.mouth_y = p.nose_tip - draw.in(0.18F, 0.30F);
  p.mouth_width = draw.in(0.17F, 0.33F);
  p.upper_lip = draw.in(0.016F, 0.065F);
  p.lower_lip = draw.in(0.028F, 0.085F);
  p.mouth_curve = draw.in(-0.03F, 0.03F);
  p.lips = mix(p.skin * 0.82F, Rgb{.72F, .26F, .27F}, draw.in(0.15F, 0.75F));
}

void draw_hair(FaceIdentity& p, Draw& draw) {
  constexpr std::array<Rgb, 8> colors{{{.06F, .05F, .05F},
                                       {.13F, .08F, .06F},
                                       {.27F, .16F, .09F},
                                       {.42F, .27F, .14F},
                                       {.74F, .56F, .30F},
                                       {.88F, .76F, .52F},
                                       {.52F, .20F, .09F},
                                       {.66F, .65F, .64F}}};
  // By style, in the order of HairStyle; as heights at which the hair ends.
  constexpr std::array<float, 7> lengths{0.30F, 0.25F, 0.12F, -0.25F, -0.68F, -1.5F, 0.15F};
  constexpr std::array<float, 7> volumes{0.0F, 0.015F, 0.08F, 0.14F, 0.15F, 0.12F, 0.05F};
  const std::size_t style = draw.below(lengths.size());
  p.hair_style = static_cast<HairStyle>(style);
  p.hair = colors[draw.below(colors.size())] * draw.in(0.85F, 1.15F);
  p.hairline = draw.in(0.46F, 0.68F) + (p.hair_style == HairStyle::receding ? 0.16F : 0.0F);
  p.hair_volume = volumes[style] * draw.in(0.7F, 1.5F);
  p.hair_length = lengths[style] + draw.in(-0.10F, 0.10F);
  p.parting = draw.chance(0.6) ? draw.in(-1.0F, 1.0F) : 0.0F;
  const bool can_have_fringe = p.hair_style >= HairStyle::medium && p.hair_style <= HairStyle::long_cut;
  p.fringe = can_have_fringe && draw.chance(0.45) ? draw.in(0.08F, 0.26F) : 0.0F;
  p.widow_peak = draw.in(-0.06F, 0.12F) + (p.hair_style == HairStyle::receding ? 0.12F : 0.0F);
  p.curl = draw.chance(0.4) ? draw.in(0.4F, 1.0F) : draw.in(0.0F, 0.2F);
}

void draw_beard_and_marks(FaceIdentity& p, Draw& draw) {
  const bool long_hair = p.hair_style == HairStyle::bob || p.hair_style == HairStyle::long_cut;
  const bool beard = !long_hair && draw.chance(0.5);
  p.beard_style = beard ? static_cast<BeardStyle>(1 + draw.below(4)) : BeardStyle::none;
  p.beard_strength = p.beard_style == BeardStyle::stubble ? draw.in(0.2F, 0.5F) : draw.in(0.65F, 0.95F);
  for (auto& mole : p.moles) {
    mole = {draw.in(-0.45F, 0.45F), draw.in(-0.75F, 0.35F),
            draw.chance(0.45) ? draw.in(0.014F, 0.034F) : 0.0F};
  }
  p.freckles = draw.chance(0.2) ? draw.in(0.4F, 1.0F) : 0.0F;
  p.folds = draw.chance(0.5) ? draw.in(0.2F, 1.0F) : 0.0F;
  p.eye_shadow = draw.in(0.0F, 0.5F);
  p.texture_seed = static_cast<std::uint32_t>(draw.below(std::size_t{1} << 31));
}

void draw_pose(FaceView& v, Draw& draw, float nuisance) {
  v.yaw = nuisance * draw.around(0.0F, 0.30F, 0.7F);
  v.pitch = nuisance * draw.around(0.0F, 0.17F, 0.38F);
  v.roll = nuisance * draw.around(0.0F, 0.13F, 0.35F);
  v.scale = 1.08F + nuisance * draw.in(-0.20F, 0.20F);
  v.shift_x = nuisance * draw.around(0.0F, 0.09F, 0.2F);
  v.shift_y = nuisance * draw.around(0.0F, 0.09F, 0.2F);
}

void draw_expression(FaceView& v, Draw& draw, float nuisance) {
  v.smile = 0.3F + nuisance * draw.in(-0.65F, 0.7F);
  v.mouth_open = draw.chance(0.45 * nuisance) ? draw.in(0.0F, 1.0F) : 0.0F;
  v.eye_open = draw.chance(0.06 * nuisance) ? 0.08F : draw.in(0.6F, 1.15F);
  v.brow_raise = nuisance * draw.around(0.0F, 0.025F, 0.05F);
  v.gaze_x = nuisance * draw.around(0.0F, 0.3F, 0.7F);
  v.gaze_y = nuisance * draw.around(0.0F, 0.15F, 0.4F);
}

void draw_light(FaceView& v, Draw& draw, float nuisance) {
  const float azimuth = nuisance * draw.around(0.0F, 0.75F, 1.5F);
  const float elevation = 0.4F + nuisance * draw.in(-0.85F, 0.8F);
  v.light = {std::sin(azimuth) * std::cos(elevation), std::sin(elevation),
             std::cos(azimuth) * std::cos(elevation)};
  v.ambient = 0.4F + nuisance * draw.in(-0.22F, 0.25F);
  v.key = 0.75F + nuisance * draw.in(-0.3F, 0.3F);
  v.exposure = std::exp(nuisance * draw.around(0.0F, 0.24F, 0.5F));
  v.contrast = 1.0F + nuisance * draw.in(-0.3F, 0.25F);
  v.saturation = draw.chance(0.12 * nuisance) ? 0.0F : 1.0F + nuisance * draw.in(-0.5F, 0.2F);
  const float warm = nuisance * draw.around(0.0F, 0.13F, 0.3F),
              green = nuisance * draw.around(0.0F, 0.05F, 0.12F);
  v.light_color = {1.0F + warm, 1.0F + green, 1.0F - warm};
}

void draw_accessories(FaceView& v, Draw& draw, float nuisance) {
  v.glasses = draw.chance(0.22 * nuisance);
  v.glasses_size = draw.in(0.17F, 0.25F);
  v.glasses_round = draw.in(0.15F, 1.0F);
  v.glasses_tint = draw.chance(0.2) ? draw.in(0.6F, 0.9F) : draw.in(0.0F, 0.12F);
  v.glasses_color = draw.color(0.03F, 0.35F);
  v.headwear =
      draw.chance(0.16 * nuisance) ? (draw.chance(0.5) ? Headwear::beanie : Headwear::cap) : Headwear::none;
  v.headwear_y = draw.in(0.42F, 0.60F);
  v.headwear_color = draw.color(0.05F, 0.9F);
  v.occluder =
      draw.chance(0.16 * nuisance) ? (draw.chance(0.5) ? Occluder::hand : Occluder::block) : Occluder::none;
  const float around = draw.in(-pi, pi);
  v.occluder_x = 0.75F * std::cos(around);
  v.occluder_y = 0.85F * std::sin(around);
  v.occluder_size = draw.in(0.25F, 0.48F);
  v.occluder_angle = draw.in(-pi, pi);
  v.occluder_color = draw.color(0.05F, 0.95F);
}

void draw_surroundings(FaceView& v, Draw& draw, float nuisance) {
  for (auto& color : v.background) {
    const float grey = draw.in(0.05F, 0.95F);
    color = mix(Rgb{grey, grey, grey}, draw.color(0.0F, 1.0F), 0.55F);
  }
  for (auto& shape : v.background_shape) shape = draw.in(-1.0F, 1.0F);
  v.clothes = draw.color(0.03F, 0.95F);
  v.blur = draw.chance(0.4 * nuisance) ? draw.in(0.0F, 1.9F) : 0.0F;
  v.noise = nuisance * draw.in(0.0F, 0.045F);
}

}  // namespace

FaceIdentity draw_identity(std::uint64_t seed, std::uint64_t identity) {
  Draw draw({.seed = seed, .purpose = Purpose::synth_identity, .client = identity});
  FaceIdentity person{};
  draw_head(person, draw);
  draw_eyes(person, draw);
  draw_nose_and_mouth(person, draw);
  draw_hair(person, draw);
  draw_beard_and_marks(person, draw);
  return person;
}

FaceView draw_view(std::uint64_t seed, std::uint64_t identity, std::uint64_t image, float nuisance) {
  Draw draw({.seed = seed, .purpose = Purpose::synth_image, .client = identity, .epoch = image});
  FaceView view{};
  draw_pose(view, draw, nuisance);
  draw_expression(view, draw, nuisance);
  draw_light(view, draw, nuisance);
  draw_accessories(view, draw, nuisance);
  draw_surroundings(view, draw, nuisance);
  return view;
}

}  // namespace fedfr::data::synth
