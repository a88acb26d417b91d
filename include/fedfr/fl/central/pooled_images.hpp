#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/storage/batch_loader.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/fl/client/client_data.hpp"

namespace fedfr::fl {

/// The images of centralized training under one numbering, and their identities under another: those of the
/// clients, one client after the other, and then the public ones. Of a whole set there is no list of its
/// images, however many it has.
class PooledImages {
 public:
  /// Some images of a set, with labels of their own.
  void add(TrainingImages images, int identities);
  /// All images of a set.
  void add_all(const data::ImageSet& images, int identities);

  std::int64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  std::int64_t classes() const { return classes_; }
  const std::vector<data::ImageSet>& sources() const { return sources_; }
  /// @param position  in [0, size)
  data::BatchItem item(std::int64_t position) const;  ///< not mirrored

 private:
  std::vector<data::ImageSet> sources_;
  std::vector<std::vector<std::int64_t>> indices_;     // by source; empty: all
  std::vector<std::span<const std::int32_t>> labels_;  // of the sources
  std::vector<std::int32_t> first_labels_;
  std::vector<std::int64_t> ends_;  // of each source in the numbering
  std::int64_t classes_ = 0;
};

}  // namespace fedfr::fl
