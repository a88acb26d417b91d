#include "fedfr/eval/probe/input_variant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace fedfr::eval {

std::string text_of(const InputVariant& variant) {
  if (variant.exchanged) return "red and blue exchanged";
  if (variant.down != 0)
    return fmt::format("moved {} pixels {}", std::abs(variant.down), variant.down > 0 ? "down" : "up");
  if (variant.right != 0)
    return fmt::format("moved {} pixels {}", std::abs(variant.right),
                       variant.right > 0 ? "to the right" : "to the left");
  return "as they are";
}

std::vector<InputVariant> input_variants(data::ImageSize size) {
  std::vector<InputVariant> variants{{}, {.exchanged = true}};
  for (const int parts : {14, 7}) {
    for (const int sign : {-1, 1})
      if (const int pixels = size.height / parts; pixels > 0) variants.push_back({.down = sign * pixels});
    for (const int sign : {-1, 1})
      if (const int pixels = size.width / parts; pixels > 0) variants.push_back({.right = sign * pixels});
  }
  return variants;
}

void apply(const InputVariant& variant, data::ImageSize size, std::span<const std::uint8_t> image,
           std::span<std::uint8_t> out) {
  const int area = size.height * size.width;
  auto next = out.begin();
  for (int channel = 0; channel < 3; ++channel) {
    const int from = variant.exchanged ? 2 - channel : channel;
    const auto plane = image.subspan(static_cast<std::size_t>(from) * static_cast<std::size_t>(area));
    for (int y = 0; y < size.height; ++y) {
      const int row = std::clamp(y - variant.down, 0, size.height - 1);
      for (int x = 0; x < size.width; ++x) {
        const int column = std::clamp(x - variant.right, 0, size.width - 1);
        *next++ = plane[static_cast<std::size_t>(row) * static_cast<std::size_t>(size.width) +
                        static_cast<std::size_t>(column)];
      }
    }
  }
}

}  // namespace fedfr::eval
