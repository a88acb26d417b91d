#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "fedfr/core/keyed_permutation.hpp"
#include "fedfr/data/storage/batch_loader.hpp"
#include "fedfr/fl/central/pooled_images.hpp"

namespace fedfr::fl {

/// How an epoch is cut, whatever the ranks: into steps of `batch` images, and these into micro-batches.
struct StepShape {
  int batch = 128;
  int micro_batches = 8;        ///< of a step; divides `batch`
  bool keep_incomplete = true;  ///< an epoch's last, smaller step is made

  std::int64_t micro_batch() const { return batch / micro_batches; }  ///< images
};

/// What the steps of one epoch look at, computed where it is asked for: neither the order nor the mirrored
/// images are listed, so that memory does not depend on how many images there are.
class EpochImages {
 public:
  struct Draws {
    std::uint64_t seed = 0;
    std::uint64_t epoch = 0;  ///< of the run
    bool mirror = true;       ///< or no image is mirrored
  };

  /// @param images  outlives it
  EpochImages(const PooledImages& images, const StepShape& shape, const Draws& draws);

  std::int64_t steps() const;
  std::int64_t images_of(std::int64_t step) const;
  std::int64_t micro_batches_of(std::int64_t step) const;  ///< fewer in an incomplete step

  /// The images of a micro-batch, in order.
  std::vector<data::BatchItem> items(std::int64_t step, std::int64_t micro_batch) const;
  /// The classes of a step's images, one micro-batch after the other.
  std::vector<std::int32_t> labels(std::int64_t step) const;

  /// Of the stream of augmentation: each image's own lies below it.
  StreamKey augmentation_key() const;
  /// Of a step's draws of classes.
  StreamKey class_key(std::int64_t step) const;

 private:
  std::pair<std::int64_t, std::int64_t> places(std::int64_t step, std::int64_t micro_batch) const;
  bool coin(std::int64_t position) const;

  const PooledImages& images_;
  StepShape shape_;
  Draws draws_;
  KeyedPermutation order_;
};

}  // namespace fedfr::fl
