#include "fedfr/fl/central/pooled_images.hpp"

#include <algorithm>
#include <utility>

namespace fedfr::fl {

void PooledImages::add(TrainingImages images, int identities) {
  if (images.indices.empty()) return;  // which would mean all of them
  ends_.push_back(size() + std::ssize(images.indices));
  sources_.push_back(std::move(images.images));
  indices_.push_back(std::move(images.indices));
  labels_.push_back(sources_.back().labels());
  first_labels_.push_back(static_cast<std::int32_t>(classes_));
  classes_ += identities;
}

void PooledImages::add_all(const data::ImageSet& images, int identities) {
  ends_.push_back(size() + images.size());
  sources_.push_back(images);
  indices_.emplace_back();
  labels_.push_back(sources_.back().labels());
  first_labels_.push_back(static_cast<std::int32_t>(classes_));
  classes_ += identities;
}

data::BatchItem PooledImages::item(std::int64_t position) const {
  const auto source = static_cast<std::size_t>(std::ranges::upper_bound(ends_, position) - ends_.begin());
  const std::int64_t within = position - (source == 0 ? 0 : ends_[source - 1]);
  const auto& list = indices_[source];
  const std::int64_t index = list.empty() ? within : list[static_cast<std::size_t>(within)];
  return {.source = static_cast<std::int32_t>(source),
          .index = index,
          .label = first_labels_[source] + labels_[source][static_cast<std::size_t>(index)],
          .mirrored = false};
}

}  // namespace fedfr::fl
