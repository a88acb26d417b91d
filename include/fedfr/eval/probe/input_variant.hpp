#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedfr/data/codec/image.hpp"

namespace fedfr::eval {

/// Another way to give a network the same image.
struct InputVariant {
  bool exchanged = false;  ///< red and blue
  int down = 0;            ///< pixels that the content is moved by; negative: up
  int right = 0;           ///< negative: left

  bool as_it_is() const { return !exchanged && down == 0 && right == 0; }
  bool operator==(const InputVariant&) const = default;
};

/// "as they are", "red and blue exchanged", "moved 16 pixels up"
std::string text_of(const InputVariant& variant);

/// What is tried of images of a size: as they are first; red and blue exchanged; moved by a fourteenth and by
/// a seventh of their side (8 and 16 of 112 pixels) up, down, left and right.
std::vector<InputVariant> input_variants(data::ImageSize size);

/// @param image  [3,H,W]
/// @param out    [3,H,W], another place; what comes into the picture repeats the edge
void apply(const InputVariant& variant, data::ImageSize size, std::span<const std::uint8_t> image,
           std::span<std::uint8_t> out);

}  // namespace fedfr::eval
