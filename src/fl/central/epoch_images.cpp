#include "fedfr/fl/central/epoch_images.hpp"

#include <algorithm>

namespace fedfr::fl {

EpochImages::EpochImages(const PooledImages& images, const StepShape& shape, const Draws& draws)
    : images_(images),
      shape_(shape),
      draws_(draws),
      order_({.seed = draws.seed,
              .purpose = Purpose::batch_order,
              .round = 0,
              .client = 0,
              .epoch = draws.epoch},
             images.size()) {}

std::int64_t EpochImages::steps() const {
  const std::int64_t rest = shape_.keep_incomplete ? shape_.batch - 1 : 0;
  return (images_.size() + rest) / shape_.batch;
}

std::int64_t EpochImages::images_of(std::int64_t step) const {
  return std::min<std::int64_t>(shape_.batch, images_.size() - step * shape_.batch);
}

std::int64_t EpochImages::micro_batches_of(std::int64_t step) const {
  return (images_of(step) + shape_.micro_batch() - 1) / shape_.micro_batch();
}

std::pair<std::int64_t, std::int64_t> EpochImages::places(std::int64_t step, std::int64_t micro_batch) const {
  const std::int64_t begin = step * shape_.batch + micro_batch * shape_.micro_batch();
  return {begin, std::min(begin + shape_.micro_batch(), step * shape_.batch + images_of(step))};
}

std::vector<data::BatchItem> EpochImages::items(std::int64_t step, std::int64_t micro_batch) const {
  std::vector<data::BatchItem> items;
  const auto [begin, end] = places(step, micro_batch);
  for (std::int64_t place = begin; place < end; ++place) {
    const std::int64_t position = order_(place);
    items.push_back(images_.item(position));
    items.back().mirrored = draws_.mirror && coin(position);
  }
  return items;
}

/// Of the image's own, so that a rank tosses only for the images that it reads.
bool EpochImages::coin(std::int64_t position) const {
  return RngStream({.seed = draws_.seed,
                    .purpose = Purpose::flip,
                    .round = 0,
                    .client = static_cast<std::uint64_t>(position),
                    .epoch = draws_.epoch})
      .coin();
}

std::vector<std::int32_t> EpochImages::labels(std::int64_t step) const {
  std::vector<std::int32_t> labels;
  const std::int64_t begin = step * shape_.batch;
  for (std::int64_t place = begin; place < begin + images_of(step); ++place)
    labels.push_back(images_.item(order_(place)).label);
  return labels;
}

StreamKey EpochImages::augmentation_key() const {
  return {
      .seed = draws_.seed, .purpose = Purpose::augmentation, .round = 0, .client = 0, .epoch = draws_.epoch};
}

StreamKey EpochImages::class_key(std::int64_t step) const {
  return {.seed = draws_.seed,
          .purpose = Purpose::class_sample,
          .round = static_cast<std::uint64_t>(step),
          .client = 0,
          .epoch = draws_.epoch};
}

}  // namespace fedfr::fl
