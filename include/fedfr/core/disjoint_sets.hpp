#pragma once
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace fedfr {

/// Which of n things belong together, when that is told pair by pair (union-find with halved paths: Tarjan
/// and van Leeuwen, JACM 1984).
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  /// The smallest number of its set.
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }

  void join(std::size_t one, std::size_t other) {
    const auto [low, high] = std::minmax({find(one), find(other)});
    parent_[high] = low;
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace fedfr
