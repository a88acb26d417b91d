#pragma once
#include <cstdint>
#include <span>

#include "fedfr/core/rng.hpp"
#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

/// Probabilities of what is done to a training image, each by a draw of its own: what AdaFace's program does
/// (Kim, Jain, Liu, CVPR 2022), where all are 0.2.
struct Augmentation {
  double crop = 0;            ///< only a part stays, the rest is black
  double low_resolution = 0;  ///< shrunk and enlarged again
  double photometric = 0;     ///< other brightness, contrast and saturation

  bool any() const { return crop > 0 || low_resolution > 0 || photometric > 0; }
};

/// Changes one image, in this order.
/// @param pixels  [3,H,W]
/// @param random  the image's own stream
void augment(std::span<std::uint8_t> pixels, ImageSize size, const Augmentation& augmentation,
             RngStream& random);

/// The stream of one image below that of its epoch: it depends on neither the order of the images nor the
/// thread that reads them.
RngStream image_stream(const StreamKey& epoch, std::int32_t source, std::int64_t index);

}  // namespace fedfr::data
