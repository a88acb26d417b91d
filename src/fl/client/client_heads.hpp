#pragma once
#include "fedfr/fl/client/client_data.hpp"
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/parts/algorithm.hpp"

/// A client's classifiers: how they begin a round, and what becomes of them. The class centres of its own
/// identities and the public ones are one matrix while it trains; after it the former are kept and the latter
/// belong to the shared vector.
namespace fedfr::fl {

/// From what the client keeps; a newcomer's start anew.
Heads begin_heads(const Algorithm& row, const LocalTrainingConfig& config, const GlobalModel& global,
                  const ClientData& client, const NamedTensors& kept);

/// What the client keeps of them, on the CPU.
void keep_heads(const Heads& heads, const ClientData& client, NamedTensors& kept);

/// [C_public,D] as trained, or the global model's where they were not.
at::Tensor trained_public_centres(const Heads& heads, const ClientData& client, const GlobalModel& global);

}  // namespace fedfr::fl
