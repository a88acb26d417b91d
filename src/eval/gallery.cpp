#include "gallery.hpp"

#include <algorithm>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/similarity.hpp"

// The gallery of the 1:N protocol: one mean feature an identity, summed in double in the order of the images
// and rounded once.
namespace fedfr::eval {

GalleryEntries::GalleryEntries(const EmbeddingView& features, std::span<const std::int32_t> labels,
                               MeanLength length)
    : labels_(labels.begin(), labels.end()), dimension_(features.dimension()) {
  std::ranges::sort(labels_);
  labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
  const auto width = static_cast<std::size_t>(dimension_);
  std::vector<double> sums(labels_.size() * width);
  std::vector<double> images(labels_.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto entry = index_of(labels[i]);
    const auto row = features.row(static_cast<std::int64_t>(i));
    for (std::size_t k = 0; k < width; ++k) sums[entry * width + k] += double{row[k]};
    ++images[entry];
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    entries_.push_back(static_cast<float>(sums[i] / images[i / width]));
  if (length == MeanLength::unit && !entries_.empty()) entries_ = unit_rows(view());
}

std::size_t GalleryEntries::index_of(std::int32_t label) const {
  const auto found = std::ranges::lower_bound(labels_, label);
  if (found == labels_.end() || *found != label)
    throw DataError(
        "a probe shows identity {} of the client, which has no gallery image: give every identity at least "
        "one "
        "training image",
        label);
  return static_cast<std::size_t>(found - labels_.begin());
}

}  // namespace fedfr::eval
