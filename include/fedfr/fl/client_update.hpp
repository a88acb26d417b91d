#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/core/ids.hpp"

namespace fedfr::fl {

/// One tensor of the shared model within the flat vector of shared parameters.
struct SharedTensor {
  std::string name;
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

/// All that may leave a client. Private heads and features cannot be expressed in it.
struct ClientUpdate {
  ClientId client{};
  std::int64_t sample_weight = 0;  ///< n_k: local images plus hard negatives of this round
  at::Tensor shared;               ///< [P] float32 on the CPU: backbone, then public class centres
};

}  // namespace fedfr::fl
