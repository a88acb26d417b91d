#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/eval/verification.hpp"

namespace fedfr::eval {

/// The accuracy over folds when people are drawn; thresholds are chosen anew in each draw, as on the pairs
/// themselves, and in each fold genuine and impostor pairs count in the proportion that the protocol has.
class ResampledAccuracy {
 public:
  struct OwnedPair {
    double squared_distance = 0;
    bool genuine = false;
    int fold = 0;
    std::int32_t first = 0;  ///< numbers of the people
    std::int32_t second = 0;
  };

  explicit ResampledAccuracy(std::span<const OwnedPair> pairs);

  /// With every person drawn once this is the accuracy of verify_pairs.
  /// @param times  [people]
  double operator()(std::span<const std::uint32_t> times) const;

 private:
  struct Entry {
    std::int32_t first = 0;
    std::int32_t second = 0;
    std::int32_t cell = 0;  // fold and first threshold that is above the distance
    bool genuine = false;
  };
  std::vector<Entry> entries_;
  std::int32_t folds_ = 0;
};

}  // namespace fedfr::eval
