#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/core/ids.hpp"
#include "fedfr/fl/parts/named_tensors.hpp"
#include "fedfr/nn/parameters.hpp"

namespace fedfr::fl {

/// One tensor of the shared model within the flat vector of shared parameters.
struct SharedTensor {
  std::string name;
  std::int64_t begin = 0;
  std::int64_t size = 0;
  nn::Learning learning = nn::Learning::by_gradient;  ///< which decides how it is averaged
};

/// All that may leave a client. Private heads, what a client keeps, and features cannot be expressed in it:
/// its shared vector has room for the shared tensors only, and the aggregator takes no vector that the row of
/// the algorithm does not declare.
struct ClientUpdate {
  ClientId client{};
  std::int64_t sample_weight = 0;  ///< n_k: local images plus hard negatives of this round
  at::Tensor shared;               ///< [S] float32 on the CPU
  NamedTensors sums = {};          ///< the extra sums of the row, by name
};

}  // namespace fedfr::fl
