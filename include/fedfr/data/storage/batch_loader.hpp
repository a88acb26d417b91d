#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fedfr/data/augment/augment.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// One image of a training sequence.
struct BatchItem {
  std::int32_t source = 0;  ///< which image set
  std::int64_t index = 0;   ///< in that set
  std::int32_t label = 0;
  bool mirrored = false;
};

/// Views into the loader's buffers, valid until the next call of `next`.
struct Batch {
  std::span<const std::uint8_t> pixels;    ///< [B,3,H,W], never mirrored: that is the consumer's part
  std::span<const std::int32_t> labels;    ///< [B]
  std::span<const std::uint8_t> mirrored;  ///< [B] 1: to be mirrored
};

/// Reads the batches of a fixed sequence in order, ahead of the consumer, on a thread of its own and into
/// buffers that are used again and again.
class BatchLoader {
 public:
  struct Options {
    int batch = 16;
    bool keep_incomplete = true;  ///< deliver the last batch also when it is smaller
    int ahead = 4;                ///< batches read in advance
    /// Raw images that are no more than this together are read by the consumer itself: to wake a thread takes
    /// longer than to copy them from the page cache.
    std::size_t bytes_without_thread = std::size_t{1} << 20;
    int threads = 1;  ///< that decode the images of a batch, if they are stored as JPEG, and augment them
    Augmentation augmentation{};
    StreamKey draws{};  ///< of the augmentation, all images together; each has a stream of its own below it

    std::int64_t batches(std::int64_t items) const {  ///< of a sequence of so many
      return keep_incomplete ? (items + batch - 1) / batch : items / batch;
    }
  };

  /// @param sources  of one image size; `sequence` says which image of which of them
  /// @throws UsageError for options below 1, DataError if the sources differ in image size
  BatchLoader(std::vector<ImageSet> sources, std::vector<BatchItem> sequence, const Options& options);
  ~BatchLoader();

  std::int64_t batches() const;  ///< of the whole sequence

  /// @returns the next batch, or null at the end
  /// @throws what reading it threw, after the batches before it were delivered
  const Batch* next();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace fedfr::data
