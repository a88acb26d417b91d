#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/eval/embedding_view.hpp"

namespace fedfr::eval {

enum class MeanLength { unit, as_is };

/// One entry an identity: the mean of its features.
class GalleryEntries {
 public:
  /// @param features  [G, dimension] of unit length
  /// @param labels    [G]
  GalleryEntries(const EmbeddingView& features, std::span<const std::int32_t> labels, MeanLength length);

  EmbeddingView view() const { return {entries_, dimension_}; }  ///< [identities, dimension] by rising label

  /// @throws DataError if the identity has no gallery image
  std::size_t index_of(std::int32_t label) const;

 private:
  std::vector<std::int32_t> labels_;
  std::vector<float> entries_;
  std::int64_t dimension_ = 0;
};

}  // namespace fedfr::eval
