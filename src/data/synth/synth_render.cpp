#include "fedfr/data/synth/synth_render.hpp"

#include <cstddef>
#include <vector>

#include "fedfr/core/rng.hpp"
#include "synth_scene.hpp"

// From the scene to bytes, in the order of a camera: what each pixel sees, exposure and colour, lens blur,
// sensor noise, rounding. The blur is given for 112 pixels and grows with the image, so that size changes the
// sampling and not the scene.
namespace fedfr::data::synth {

namespace {

constexpr float frame = 1.22F;  // half of the image's shorter side at scale 1

/// Planar float pixels, [3,H,W].
using Planes = std::vector<float>;

Rgb exposed(Rgb color, const FaceView& view) {
  const Rgb bright = color * view.exposure;
  // Luma of ITU-R BT.601.
  const float grey = dot(bright, {.299F, .587F, .114F});
  const Rgb toned = mix(Rgb{grey, grey, grey}, bright, view.saturation);
  return (toned - Rgb{.5F, .5F, .5F}) * view.contrast + Rgb{.5F, .5F, .5F};
}

Planes draw(const FaceIdentity& person, const FaceView& view, ImageSize size) {
  const float half = 0.5F * static_cast<float>(std::min(size.height, size.width));
  const float pixel = frame / (half * view.scale);
  const Scene scene(person, view, pixel);
  const std::size_t plane = static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width);
  Planes planes(3 * plane);
  std::size_t at = 0;
  for (int row = 0; row < size.height; ++row) {
    const float y =
        (0.5F * static_cast<float>(size.height) - static_cast<float>(row) - 0.5F) * pixel - view.shift_y;
    for (int column = 0; column < size.width; ++column, ++at) {
      const float x =
          (static_cast<float>(column) + 0.5F - 0.5F * static_cast<float>(size.width)) * pixel - view.shift_x;
      const Rgb color = exposed(scene.at(x, y), view);
      planes[at] = color.x;
      planes[at + plane] = color.y;
      planes[at + 2 * plane] = color.z;
    }
  }
  return planes;
}

/// One pass of a Gaussian over `count` values that lie `stride` apart; the border is repeated.
void blur_line(float* line, int count, std::size_t stride, std::span<const float> kernel,
               std::vector<float>& copy) {
  const int reach = static_cast<int>(kernel.size()) - 1;
  copy.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    copy[static_cast<std::size_t>(i)] = line[static_cast<std::size_t>(i) * stride];
  const auto value = [&](int i) { return copy[static_cast<std::size_t>(std::clamp(i, 0, count - 1))]; };
  for (int i = 0; i < count; ++i) {
    float sum = kernel[0] * value(i);
    for (int k = 1; k <= reach; ++k)
      sum += kernel[static_cast<std::size_t>(k)] * (value(i - k) + value(i + k));
    line[static_cast<std::size_t>(i) * stride] = sum;
  }
}

void blur(Planes& planes, ImageSize size, float sigma) {
  if (sigma < 0.2F) return;
  // One side of it, from its middle; beyond 2.5 deviations there is 1 % of it.
  std::vector<float> kernel(static_cast<std::size_t>(std::ceil(2.5F * sigma)) + 1);
  float total = 0.0F;
  for (std::size_t k = 0; k < kernel.size(); ++k) {
    kernel[k] = std::exp(-0.5F * square(static_cast<float>(k) / sigma));
    total += k == 0 ? kernel[k] : 2.0F * kernel[k];
  }
  for (auto& weight : kernel) weight /= total;
  std::vector<float> copy;
  const auto width = static_cast<std::size_t>(size.width), rows = 3 * static_cast<std::size_t>(size.height);
  for (std::size_t row = 0; row < rows; ++row) blur_line(&planes[row * width], size.width, 1, kernel, copy);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t column = 0; column < width; ++column) {
      blur_line(&planes[channel * width * rows / 3 + column], size.height, width, kernel, copy);
    }
  }
}

/// Adds sensor noise and rounds to bytes. The sum of four uniform 16-bit numbers is near enough to a
/// Gaussian.
std::vector<std::uint8_t> quantised(const Planes& planes, float noise, std::uint64_t seed) {
  constexpr float deviation_of_sum = 0.57735F;  // sqrt(4 / 12)
  RngStream stream({.seed = seed, .purpose = Purpose::synth_image});
  std::vector<std::uint8_t> bytes(planes.size());
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const std::uint64_t bits = stream.next();
    const auto sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
    const float normal = (static_cast<float>(sum) * 0x1p-16F - 2.0F) / deviation_of_sum;
    bytes[i] = static_cast<std::uint8_t>(clamp01(planes[i] + noise * normal) * 255.0F + 0.5F);
  }
  return bytes;
}

}  // namespace

Image render_face(const FaceIdentity& person, const FaceView& view, ImageSize size,
                  std::uint64_t noise_seed) {
  Planes planes = draw(person, view, size);
  blur(planes, size, view.blur * static_cast<float>(std::min(size.height, size.width)) / 112.0F);
  return {size, quantised(planes, view.noise, noise_seed)};
}

Image synthetic_face(std::uint64_t seed, std::uint64_t identity, std::uint64_t image, ImageSize size,
                     float nuisance) {
  const std::uint64_t noise_seed = mix64(mix64(seed ^ mix64(identity)) + image);
  return render_face(draw_identity(seed, identity), draw_view(seed, identity, image, nuisance), size,
                     noise_seed);
}

}  // namespace fedfr::data::synth
