#pragma once
#include <cstdint>
#include <numeric>
#include <vector>

namespace fedfr {

/// 0, 1, ... count-1.
inline std::vector<std::int64_t> all_indices(std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  return indices;
}

}  // namespace fedfr
