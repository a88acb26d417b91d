#pragma once
#include <functional>
#include <span>
#include <string>

#include "fedfr/fl/parts/named_tensors.hpp"

namespace fedfr::fl {

/// A shared tensor while a client trains; all three have its shape and lie where the client computes.
struct TrainedTensor {
  std::string name;
  std::int64_t begin;   ///< in the shared vector
  at::Tensor value;     ///< y
  at::Tensor start;     ///< x, at the round's start
  at::Tensor gradient;  ///< to be changed in place

  /// Its part of something that is laid out like the shared vector.
  at::Tensor part_of(const at::Tensor& vector) const {
    return vector.narrow(0, begin, value.numel()).view(value.sizes());
  }
};

/// What a correction may know, as vectors where the client computes.
struct CorrectionInput {
  const NamedTensors& kept;    ///< what the row keeps of the client; zeros before its first round
  const NamedTensors& server;  ///< the server's state
};

/// Kind of part: changes the gradients of the shared tensors before clipping, momentum and weight decay see
/// them. Steps may be recorded and launched again (CUDA graphs): a correction consists of tensor operations
/// only, and reads nothing that changes from step to step but its arguments.
struct GradientCorrection {
  std::string name;
  /// Called once for each client and round.
  /// @returns what is done to the gradients of each step
  std::function<std::function<void(std::span<const TrainedTensor>)>(const CorrectionInput&)> begin;
};

}  // namespace fedfr::fl
