#pragma once
#include "synth_head.hpp"
#include "synth_skin.hpp"

namespace fedfr::data::synth {

/// Everything that one camera ray may meet, in the order from back to front.
class Scene {
 public:
  /// @param pixel  width of a pixel in half-heights of the head
  Scene(const FaceIdentity& person, const FaceView& view, float pixel);

  /// Colour seen at a point of the image plane, before exposure.
  Rgb at(float x, float y) const;

 private:
  Ray ray_at(float x, float y) const;
  Rgb lit(Rgb albedo, Vec3 normal, float gloss) const;
  Rgb background(float x, float y) const;
  void add_hair_behind(Rgb& color, float x, float y) const;
  void add_body(Rgb& color, float x, float y) const;
  void add_ears(Rgb& color, const Ray& ray, float head_t, bool in_front) const;
  void add_head(Rgb& color, const Ray& ray, const Hit& hit) const;
  void add_hair_inside(Rgb& color, const Ray& ray, const Hit& hit) const;
  void add_hair(Rgb& color, const Hit& hit) const;
  float hair_distance(Vec3 point) const;
  Rgb hair_color(Vec3 point, Vec3 normal) const;
  void add_headwear(Rgb& color, const Ray& ray) const;
  void add_occluder(Rgb& color, float x, float y) const;

  const FaceIdentity& person_;
  const FaceView& view_;
  float pixel_;
  Rotation pose_;
  Vec3 light_;    ///< towards the light, in the frame of the head
  Vec3 halfway_;  ///< between the light and the camera, for highlights
  Vec3 up_;       ///< the camera's up in the frame of the head
  FacePainter face_;
  HeadSurface skull_, hair_, hat_;
};

}  // namespace fedfr::data::synth
