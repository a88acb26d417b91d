#include "synth_scene.hpp"

// What one ray of the camera sees. Everything is laid over what lies behind it, from back to front, each with
// the share of the pixel that it covers: edges are smooth without tracing more than one ray a pixel. So the
// order in Scene::at is the order of depth; only an ear asks whether it is before the head or behind it.
namespace fedfr::data::synth {

namespace {

constexpr Vec3 camera{0, 0, 1};
constexpr float hat_thickness = 0.05F;

void lay(Rgb& below, Rgb above, float share) { below = mix(below, above, clamp01(share)); }

}  // namespace

Scene::Scene(const FaceIdentity& person, const FaceView& view, float pixel)
    : person_(person),
      view_(view),
      pixel_(pixel),
      pose_(rotation(view.yaw, view.pitch, view.roll)),
      light_(pose_.inverse(view.light)),
      halfway_(pose_.inverse(normalized(view.light + camera))),
      up_(pose_.inverse({0, 1, 0})),
      face_(person, view, pixel),
      skull_(person, 0.0F, 0.0F),
      hair_(person, person.hair_volume, 0.45F * person.hair_volume),
      hat_(person, person.hair_volume + hat_thickness, 0.45F * person.hair_volume + hat_thickness) {}

Ray Scene::ray_at(float x, float y) const {
  return {pose_.inverse({x, y, 0}), pose_.inverse({0, 0, -1}), std::sqrt(x * x + y * y)};
}

Rgb Scene::lit(Rgb albedo, Vec3 normal, float gloss) const {
  constexpr float wrap = 0.15F;  // light that skin scatters around the edge of the shadow
  const float direct = std::max(0.0F, (dot(normal, light_) + wrap) / (1.0F + wrap));
  const float sky = 0.75F + 0.25F * dot(normal, up_);
  // By the vector halfway between light and camera (Blinn, SIGGRAPH 1977), to the power of 16.
  float shine = std::max(0.0F, dot(normal, halfway_));
  shine = square(square(square(square(shine))));
  const Rgb diffuse =
      albedo * (view_.light_color * (view_.key * direct) + Rgb{1, 1, 1} * (view_.ambient * sky));
  return diffuse + view_.light_color * (gloss * view_.key * shine);
}

Rgb Scene::at(float x, float y) const {
  Rgb color = background(x, y);
  add_hair_behind(color, x, y);
  add_body(color, x, y);
  const Ray ray = ray_at(x, y);
  const auto head = skull_.intersect(ray);
  const float head_t = head && head->edge > 0.0F ? head->t : 1e3F;
  add_ears(color, ray, head_t, false);
  const auto hair = person_.hair_style == HairStyle::bald ? std::nullopt : hair_.intersect(ray);
  if (hair) add_hair_inside(color, ray, *hair);
  if (head) add_head(color, ray, *head);
  add_ears(color, ray, head_t, true);
  if (hair) add_hair(color, *hair);
  add_headwear(color, ray);
  add_occluder(color, x, y);
  return color;
}

Rgb Scene::background(float x, float y) const {
  const auto& shape = view_.background_shape;
  const auto& colors = view_.background;
  Rgb color = mix(colors[0], colors[1], smooth_step(-1.2F, 1.2F, x * shape[0] + y * shape[1]));
  const float stripes = std::sin((x * shape[3] + y * shape[2]) * 9.0F + 6.0F * shape[5]);
  lay(color, colors[2], 0.7F * smooth_step(shape[4], shape[4] + 0.35F, stripes));
  lay(color, colors[3], bump((x - 1.3F * shape[5]) / 0.9F) * bump((y - shape[3]) / 0.8F));
  return color;
}

void Scene::add_hair_behind(Rgb& color, float x, float y) const {
  if (person_.hair_length > -0.15F) return;
  const float cos_roll = std::cos(view_.roll), sin_roll = std::sin(view_.roll);
  const float side = cos_roll * x + sin_roll * y + 0.25F * std::sin(view_.yaw),
              height = cos_roll * y - sin_roll * x;
  const float wave =
      0.05F * person_.curl * std::sin(11.0F * height + static_cast<float>(person_.texture_seed % 7));
  const float half_width = person_.width + person_.hair_volume + 0.05F + 0.06F * std::max(0.0F, -height);
  const float d = std::max({std::abs(side) - half_width - wave, person_.hair_length - height, height - 0.3F});
  const float fold = 0.85F + 0.15F * std::sin(19.0F * side + 3.0F * std::sin(4.0F * height));
  lay(color, lit(person_.hair * (0.62F * fold), pose_.inverse(camera), 0.0F), coverage(d, pixel_ + 0.02F));
}

void Scene::add_body(Rgb& color, float x, float y) const {
  const float neck_x = x - 0.15F * std::sin(view_.yaw) + 0.5F * std::sin(view_.roll) * y;
  const float half_width = 0.62F * person_.width;
  const float across = std::clamp(neck_x / half_width, -0.99F, 0.99F);
  const Vec3 normal{across, -0.2F, std::sqrt(1.0F - across * across)};
  const float neck = std::max(std::abs(neck_x) - half_width, y + 0.5F);
  lay(color, lit(person_.skin * 0.72F, pose_.inverse(normalized(normal)), 0.0F), coverage(neck, pixel_));
  const float shoulders =
      y + 1.22F + 0.22F * square(x) - 0.12F * square(std::min(1.0F, std::abs(neck_x) * 2.0F));
  const float crease = 0.9F + 0.1F * std::sin(7.0F * x + 4.0F * y);
  lay(color, lit(view_.clothes * crease, pose_.inverse(normalized({0.4F * x, 0.5F, 1.0F})), 0.0F),
      coverage(shoulders, pixel_));
}

void Scene::add_ears(Rgb& color, const Ray& ray, float head_t, bool in_front) const {
  for (const float side : {-1.0F, 1.0F}) {
    const Vec3 center{side * (skull_.half_width(person_.ear_y) + 0.3F * person_.ear_angle), person_.ear_y,
                      -0.06F};
    const float reach = 1.4F * person_.ear_size;
    const Vec3 offset = ray.origin - center;
    const float along = dot(offset, ray.direction);
    if (dot(offset, offset) - along * along > reach * reach) continue;
    const auto hit = intersect_ellipsoid(ray, center, {0.055F + person_.ear_angle, person_.ear_size, 0.13F});
    if (!hit || (hit->t < head_t) != in_front) continue;
    const Vec3 local = hit->point - center;
    const float inner = bump(local.y / (0.7F * person_.ear_size)) * bump(local.z / 0.09F);
    const Rgb skin = person_.skin * Rgb{1.0F, .90F, .88F} * (1.0F - 0.35F * inner);
    lay(color, lit(skin, hit->normal, 0.03F), coverage(-hit->edge, pixel_));
  }
}

void Scene::add_head(Rgb& color, const Ray& ray, const Hit& hit) const {
  const float smile = view_.smile;
  // The relief shifts the point that is seen, and with it the relief that counts: two rounds settle it.
  float height = relief(person_, smile, hit.point.x, hit.point.y);
  Vec3 uv = seen_through(hit, ray, height);
  height = relief(person_, smile, uv.x, uv.y);
  uv = seen_through(hit, ray, height);

  Rgb albedo = person_.skin;
  Vec3 normal = hit.normal;
  const float front = smooth_step(0.0F, 0.25F, hit.normal.z);
  if (front > 0.0F) {
    albedo = mix(albedo, face_.paint(uv.x, uv.y), front);
    constexpr float step = 0.02F;
    const float here = relief(person_, smile, uv.x, uv.y);
    const Vec3 slope{(relief(person_, smile, uv.x + step, uv.y) - here) / step,
                     (relief(person_, smile, uv.x, uv.y + step) - here) / step, 0};
    normal = normalized(normal - slope * (front * std::max(normal.z, 0.0F)));
  }
  Rgb skin = lit(albedo, normal, 0.10F);
  if (view_.glasses && front > 0.0F) {
    const Vec3 lens = seen_through(hit, ray, 0.10F);
    skin = mix(skin, face_.glasses(skin, lens.x, lens.y), front);
  }
  lay(color, skin, coverage(-hit.edge, pixel_));
}

float Scene::hair_distance(Vec3 point) const {
  const float across = point.x / hair_.half_width(point.y);
  const float wave = 0.035F * person_.curl * std::sin(13.0F * point.x + 7.0F * point.y) *
                     std::sin(11.0F * point.y - 5.0F * point.x);
  const float rough =
      0.02F * (cell_noise(static_cast<int>(std::floor(point.x * 24.0F)), 0, person_.texture_seed) - 0.5F);
  const float below = person_.hair_length - point.y + wave;
  if (point.z < 0.0F) return below;
  const float top = person_.hairline - person_.fringe + 0.16F * person_.parting * across -
                    0.30F * square(across) + person_.widow_peak * (1.0F - 2.0F * bump(across / 0.45F)) +
                    wave + rough;
  const float temples = person_.hair_length < -0.1F ? 0.80F : 0.90F;
  const float beside = std::max(0.7F * (temples - std::abs(across)) + wave, below);
  return std::min(top - point.y, beside);
}

Rgb Scene::hair_color(Vec3 point, Vec3 normal) const {
  const float phase = static_cast<float>(person_.texture_seed % 31);
  const float along = person_.parting == 0.0F ? point.x : point.x - 0.25F * person_.parting;
  const float strand =
      std::sin(21.0F * along + 4.0F * std::sin(3.0F * point.y + phase) + 6.0F * person_.curl * point.y);
  const float shade =
      1.0F + 0.16F * strand + 0.10F * person_.curl * std::sin(17.0F * point.y + 9.0F * point.x);
  const float part_line = person_.parting != 0.0F && point.z > -0.3F
                              ? bump(along / 0.035F) * smooth_step(0.5F, 0.7F, point.y)
                              : 0.0F;
  return lit(mix(person_.hair * shade, person_.skin * 0.8F, 0.5F * part_line), normal, 0.14F);
}

void Scene::add_hair_inside(Rgb& color, const Ray& ray, const Hit& hit) const {
  // Where the ray leaves the shell again: hair at the back, seen past the forehead or the neck.
  const Vec3 far_side = hit.point - ray.direction * (2.0F * dot(hit.point, ray.direction));
  const float share = coverage(-hit.edge, pixel_) * coverage(hair_distance(far_side), pixel_ + 0.03F);
  lay(color, lit(person_.hair * 0.55F, pose_.inverse(camera), 0.0F), share);
}

void Scene::add_hair(Rgb& color, const Hit& hit) const {
  const float outline =
      0.045F * person_.curl * std::sin(15.0F * hit.point.x + 2.0F) * std::sin(14.0F * hit.point.y);
  const float share =
      coverage(-hit.edge + outline, pixel_) * coverage(hair_distance(hit.point), pixel_ + 0.03F);
  const float density = person_.hair_style == HairStyle::shaved ? 0.6F : 1.0F;
  if (share > 0.0F) lay(color, hair_color(hit.point, hit.normal), share * density);
}

void Scene::add_headwear(Rgb& color, const Ray& ray) const {
  if (view_.headwear == Headwear::none) return;
  const auto hit = hat_.intersect(ray);
  if (!hit) return;
  const float above = hit->point.y - view_.headwear_y + 0.12F * (1.0F - hit->normal.z);
  Rgb cloth = view_.headwear_color;
  if (view_.headwear == Headwear::beanie) {
    cloth = cloth * (above < 0.16F ? 0.8F : 1.0F) * (0.93F + 0.07F * std::sin(38.0F * hit->point.x));
  }
  lay(color, lit(cloth, hit->normal, 0.02F), coverage(-hit->edge, pixel_) * coverage(-above, pixel_));
  if (view_.headwear == Headwear::cap && hit->normal.z > 0.0F) {
    const Vec3 uv = seen_through(*hit, ray, 0.30F);
    const float curve = view_.headwear_y - 0.02F - 0.14F * square(uv.x / person_.width);
    const float visor = std::max(std::abs(uv.y - curve) - 0.06F, std::abs(uv.x) - 0.95F * person_.width);
    lay(color, lit(view_.headwear_color * 0.75F, normalized(hit->normal + Vec3{0, 0.6F, 0}), 0.05F),
        coverage(visor, pixel_));
  }
}

void Scene::add_occluder(Rgb& color, float x, float y) const {
  if (view_.occluder == Occluder::none) return;
  const float c = std::cos(view_.occluder_angle), s = std::sin(view_.occluder_angle);
  const float along = c * (x - view_.occluder_x) + s * (y - view_.occluder_y);
  const float across = c * (y - view_.occluder_y) - s * (x - view_.occluder_x);
  const float size = view_.occluder_size;
  if (view_.occluder == Occluder::block) {
    const float d = std::max(std::abs(along) - size, std::abs(across) - 0.7F * size);
    lay(color, view_.occluder_color * (0.8F + 0.2F * std::sin(9.0F * along)), coverage(d, pixel_));
    return;
  }
  const float palm = std::sqrt(square(along + 0.5F * size) + square(across)) - 0.75F * size;
  const float finger_width = 0.21F * size;
  const float finger = std::abs(
      across - std::clamp(std::round(across / (1.95F * finger_width)), -1.5F, 1.5F) * 1.95F * finger_width);
  const float fingers = std::max(finger - 0.85F * finger_width, std::max(-along, along - 1.1F * size));
  const float d = std::min(palm, fingers);
  const Vec3 normal = normalized({c * 0.2F - s * across / size, s * 0.2F + c * across / size, 1.0F});
  lay(color, lit(person_.skin * 0.9F, pose_.inverse(normal), 0.03F), coverage(d, pixel_));
}

}  // namespace fedfr::data::synth
