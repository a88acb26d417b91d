#include "synth_head.hpp"

// The geometry of a head: where a ray of the camera meets it, and how far the face stands out there. The head
// is an ellipsoid whose half-width depends on the height (jaw, forehead); nose, brows and lips are no surface
// of their own but a relief on it, since pictures of some hundred pixels show their shading and their shift
// as the head turns, not their outline.
namespace fedfr::data::synth {

namespace {

/// The ray in the space where the ellipsoid with these radii is the unit sphere.
struct UnitSphereHit {
  float t, closest;  // closest: distance of the ray from the centre
};

UnitSphereHit solve(Vec3 origin, Vec3 direction, Vec3 inverse_radii) {
  const Vec3 o = origin * inverse_radii, d = direction * inverse_radii;
  const float a = dot(d, d), b = dot(o, d), c = dot(o, o) - 1.0F;
  const float closest = std::sqrt(std::max(c + 1.0F - b * b / a, 0.0F));
  const float discriminant = std::max(b * b - a * c, 0.0F);
  return {(-b - std::sqrt(discriminant)) / a, closest};
}

constexpr float far_outside = 1.15F;

/// About how far inside the silhouette a ray passes, from its distance to the centre alone: exact for a
/// sphere. Deep inside nobody asks.
float edge_distance(float radius, float closest) {
  return closest < 0.5F ? 1.0F : radius * (1.0F / closest - 1.0F);
}

}  // namespace

HeadSurface::HeadSurface(const FaceIdentity& person, float grow, float lift)
    : person_(&person), grow_(grow), lift_(lift) {}

float HeadSurface::half_width(float y) const {
  const float end = y < 0.0F ? person_->jaw : person_->forehead;
  const float t = std::min(y * y, 1.2F);
  return (person_->width + grow_) * (1.0F + (end - 1.0F) * t) +
         0.5F * person_->cheekbone * bump((y + 0.12F) / 0.45F);
}

std::optional<Hit> HeadSurface::intersect(const Ray& ray) const {
  const Vec3 origin = ray.origin - Vec3{0, lift_, 0};
  float y = origin.y;
  UnitSphereHit found{};
  Vec3 inverse;
  // The radii depend on the height of the hit, which a few rounds settle to far below a pixel.
  for (int round = 0; round < 3; ++round) {
    const float height = (y < 0.0F ? person_->chin_length : 1.0F) + grow_;
    inverse = {1.0F / half_width(y), 1.0F / height, 1.0F / (person_->depth + grow_)};
    found = solve(origin, ray.direction, inverse);
    if (found.closest > far_outside) return std::nullopt;
    y = std::clamp(origin.y + found.t * ray.direction.y, -1.2F, 1.2F);
  }
  Hit hit;
  hit.t = found.t;
  const Vec3 local = origin + ray.direction * found.t;
  hit.point = local + Vec3{0, lift_, 0};
  constexpr float step = 0.02F;
  const float widening = (half_width(y + step) - half_width(y - step)) / (2.0F * step);
  // The gradient of the ellipsoid's equation, with the change of its width along y.
  const Vec3 slope{local.x * square(inverse.x),
                   local.y * square(inverse.y) - square(local.x * inverse.x) * inverse.x * widening,
                   local.z * square(inverse.z)};
  hit.normal = normalized(slope);
  hit.edge = edge_distance(ray.radius, found.closest);
  return hit;
}

std::optional<Hit> intersect_ellipsoid(const Ray& ray, Vec3 center, Vec3 radii) {
  const Vec3 inverse{1.0F / radii.x, 1.0F / radii.y, 1.0F / radii.z};
  const Vec3 origin = ray.origin - center;
  const UnitSphereHit found = solve(origin, ray.direction, inverse);
  if (found.closest > 1.3F) return std::nullopt;
  Hit hit;
  hit.t = found.t;
  const Vec3 local = origin + ray.direction * found.t;
  hit.point = local + center;
  hit.normal = normalized(local * inverse * inverse);
  hit.edge = (1.0F - found.closest) * radii.x;
  return hit;
}

namespace {

/// Rises from between the eyes to the tip, and ends shortly below it.
float nose_relief(const FaceIdentity& p, float u, float v) {
  const float along = (p.eye_y - v) / (p.eye_y - p.nose_tip);  // 0 between the eyes, 1 at the tip
  if (along < -0.5F) return 0.0F;
  const float width = mix(p.nose_bridge, p.nose_width, square(clamp01(along)));
  const float below_tip = clamp01(1.0F - (p.nose_tip - v) / 0.08F);
  const float rise =
      along < 0.0F ? 0.25F * (1.0F + 2.0F * along) : (0.25F + 0.75F * clamp01(along)) * below_tip;
  return p.nose_relief * rise * bump(u / width);
}

}  // namespace

float relief(const FaceIdentity& p, float smile, float u, float v) {
  const float side = std::abs(u);
  float height = nose_relief(p, u, v);
  height += 0.035F * bump((v - p.eye_y - p.brow_gap) / 0.14F) * bump(u / 0.62F);
  height -= 0.055F * bump((side - p.eye_x + 0.03F) / 0.20F) * bump((v - p.eye_y) / 0.15F);
  const float cheek_y = p.nose_tip + 0.10F + 0.05F * smile;
  height += (0.02F + 0.5F * p.cheekbone + 0.02F * smile) * bump((side - 0.40F) / 0.26F) *
            bump((v - cheek_y) / 0.26F);
  height += 0.05F * bump(u / 0.36F) * bump((v - p.mouth_y) / 0.20F);
  height += p.chin_relief * bump(u / 0.24F) * bump((v + 0.82F * p.chin_length) / 0.18F);
  return height;
}

Vec3 seen_through(const Hit& hit, const Ray& ray, float height) {
  const float back = height / std::max(-ray.direction.z, 0.35F);
  return {hit.point.x - ray.direction.x * back, hit.point.y - ray.direction.y * back, 0.0F};
}

}  // namespace fedfr::data::synth
