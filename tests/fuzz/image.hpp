#pragma once
#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "support.hpp"

namespace fedfr::fuzz {

/// Decodes an image, of which nothing is known but that its pixels are those of its size.
inline void decode_image(const std::uint8_t* data, std::size_t size) {
  try {
    const auto image = data::decode(std::as_bytes(std::span(data, size)));
    require(image.size.height >= 1 && image.size.width >= 1, "an image has pixels");
    require(std::ssize(image.pixels) == image.size.bytes(), "its pixels are those of its size");
  } catch (const Error&) {
  }
}

}  // namespace fedfr::fuzz
