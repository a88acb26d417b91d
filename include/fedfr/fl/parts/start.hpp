#pragma once
#include <functional>

#include "fedfr/core/ids.hpp"
#include "fedfr/fl/parts/named_tensors.hpp"

namespace fedfr::fl {

struct ClientStart {
  ClientId client;
  const at::Tensor& global;  ///< [P] the global model's backbone
  const NamedTensors& kept;  ///< by the client; empty before its first round
};

/// Kind of part: where a client's backbone begins its round. Without one: from the global model.
/// @returns [P]
using Start = std::function<at::Tensor(const ClientStart&)>;

/// Part of `local`: a client goes on from its own backbone; a newcomer begins with the global one.
Start own_start();

}  // namespace fedfr::fl
