#include "fedfr/data/augment/augment.hpp"

#include "fedfr/data/augment/crop.hpp"
#include "fedfr/data/augment/low_resolution.hpp"
#include "fedfr/data/augment/photometric.hpp"

namespace fedfr::data {

void augment(std::span<std::uint8_t> pixels, ImageSize size, const Augmentation& augmentation,
             RngStream& random) {
  if (random.uniform() < augmentation.crop) keep_only(pixels, size, draw_box(size, random));
  if (random.uniform() < augmentation.low_resolution) lower_resolution(pixels, size, random);
  if (random.uniform() < augmentation.photometric) change_colours(pixels, random);
}

RngStream image_stream(const StreamKey& epoch, std::int32_t source, std::int64_t index) {
  return RngStream({.seed = RngStream(epoch).next(),
                    .purpose = epoch.purpose,
                    .round = static_cast<std::uint64_t>(source),
                    .client = static_cast<std::uint64_t>(index)});
}

}  // namespace fedfr::data
