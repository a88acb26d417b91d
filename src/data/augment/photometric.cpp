#include "fedfr/data/augment/photometric.hpp"

#include <array>
#include <cstddef>

// Pillow's ImageEnhance and Image.blend: factors as float, values cut off towards 0, not rounded.
namespace fedfr::data {

namespace {

std::uint8_t blended(int without, int value, float factor) {
  const float moved = static_cast<float>(without) + factor * static_cast<float>(value - without);
  return moved <= 0 ? std::uint8_t{0} : moved >= 255 ? std::uint8_t{255} : static_cast<std::uint8_t>(moved);
}

/// ITU-R 601-2 luma in 16 bits of fraction, as Pillow's convert("L").
class Greys {
 public:
  explicit Greys(std::span<const std::uint8_t> pixels) : pixels_(pixels), plane_(pixels.size() / 3) {}

  std::size_t size() const { return plane_; }
  int operator[](std::size_t i) const {
    const std::uint32_t sum =
        pixels_[i] * 19595U + pixels_[plane_ + i] * 38470U + pixels_[2 * plane_ + i] * 7471U + 0x8000U;
    return static_cast<int>(sum >> 16U);
  }

 private:
  std::span<const std::uint8_t> pixels_;
  std::size_t plane_;
};

}  // namespace

void change_brightness(std::span<std::uint8_t> pixels, float factor) {
  for (auto& value : pixels) value = blended(0, value, factor);
}

void change_contrast(std::span<std::uint8_t> pixels, float factor) {
  const Greys greys(pixels);
  double sum = 0;
  for (std::size_t i = 0; i < greys.size(); ++i) sum += greys[i];
  const int mean = static_cast<int>(sum / static_cast<double>(greys.size()) + 0.5);
  for (auto& value : pixels) value = blended(mean, value, factor);
}

void change_saturation(std::span<std::uint8_t> pixels, float factor) {
  const Greys greys(pixels);
  for (std::size_t i = 0; i < greys.size(); ++i) {
    const int grey = greys[i];
    for (std::size_t c = 0; c < 3; ++c) {
      auto& value = pixels[c * greys.size() + i];
      value = blended(grey, value, factor);
    }
  }
}

void change_colours(std::span<std::uint8_t> pixels, RngStream& random) {
  using Change = void (*)(std::span<std::uint8_t>, float);
  std::array<Change, 3> changes{change_brightness, change_contrast, change_saturation};
  random.shuffle(std::span<Change>(changes));
  for (const Change change : changes) change(pixels, static_cast<float>(random.uniform(0.5, 1.5)));
}

}  // namespace fedfr::data
