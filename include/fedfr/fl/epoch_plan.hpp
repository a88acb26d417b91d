#pragma once
#include <cstdint>
#include <vector>

namespace fedfr::fl {

/// What one local epoch looks at, and in which order.
struct EpochPlan {
  double learning_rate = 0;
  std::vector<std::int64_t> order;     ///< positions among the round's images
  std::vector<std::uint8_t> mirrored;  ///< by place in the order
};

}  // namespace fedfr::fl
