#pragma once
#include <optional>

#include "fedfr/data/synth/synth_face.hpp"

/// The solid parts of the renderer: rays, the deformed ellipsoid of the head and the relief of the face.
namespace fedfr::data::synth {

/// A ray of the orthographic camera in the frame of the head.
struct Ray {
  Vec3 origin, direction;
  float radius = 0;  ///< distance of the ray from the centre of the head
};

struct Hit {
  Vec3 point, normal;
  float t = 0;     ///< along the ray; smaller is nearer to the camera
  float edge = 0;  ///< distance to the silhouette in the plane of the image, positive inside
};

/// The skull, or a shell around it (hair, hats) that is `grow` thicker on every side and lifted by `lift`.
class HeadSurface {
 public:
  HeadSurface(const FaceIdentity& person, float grow, float lift);
  /// Nothing where the ray passes far outside; rays that pass close hit the silhouette, with a negative edge.
  std::optional<Hit> intersect(const Ray& ray) const;
  float half_width(float y) const;

 private:
  const FaceIdentity* person_;
  float grow_, lift_;
};

/// An axis-aligned ellipsoid, for the ears.
std::optional<Hit> intersect_ellipsoid(const Ray& ray, Vec3 center, Vec3 radii);

/// Height of the nose, brows, cheeks, lips and chin above the ellipsoid, along z.
/// @param u  x in the frame of the head
/// @param v  y in the frame of the head
float relief(const FaceIdentity& person, float smile, float u, float v);

/// The point (u, v, 0) of a layer `height` above a hit surface at which the ray really passes through that
/// layer.
Vec3 seen_through(const Hit& hit, const Ray& ray, float height);

}  // namespace fedfr::data::synth
