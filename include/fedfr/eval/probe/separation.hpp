#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/eval/embedding_view.hpp"

namespace fedfr::eval {

/// How far apart the similarities of genuine and of impostor pairs lie, over all pairs of some images: the
/// decidability index d' = (mean genuine - mean impostor) / sqrt((variance genuine + variance impostor) / 2)
/// (Daugman, IEEE Trans. Circuits and Systems for Video Technology 14, 2004). It uses every pair, so that a
/// hundred images tell models or inputs apart whose error rates would need thousands.
class Separation {
 public:
  /// @param features  [images, dimension] of unit length
  /// @param people    [images] number of the person, from 0
  Separation(const EmbeddingView& features, std::span<const std::int32_t> people);

  /// @param times  [people] how often each person counts: a genuine pair so many times, an impostor pair the
  ///               product of both
  /// @returns      NaN without two genuine pairs that differ
  double operator()(std::span<const std::uint32_t> times) const;
  /// Everybody once.
  double operator()() const;

 private:
  struct Pair {
    std::int32_t first = 0;
    std::int32_t second = 0;
    double similarity = 0;
  };
  std::vector<Pair> pairs_;
  std::int32_t people_ = 0;
};

}  // namespace fedfr::eval
