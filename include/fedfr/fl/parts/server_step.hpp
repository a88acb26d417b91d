#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fedfr/fl/parts/named_tensors.hpp"

namespace fedfr::fl {

/// What the server keeps from round to round. It is in the checkpoints.
struct ServerVector {
  std::string name;
  std::int64_t size = like_shared;
  float start = 0;  ///< all values, before the first round
};

/// What a round has brought.
struct ServerInput {
  std::span<const float> before;  ///< [S] x, the shared vector at the round's start
  const NamedVectors& means;      ///< of the extra sums
  std::int64_t cohort = 0;        ///< |S|, clients that took part
  std::int64_t clients = 0;       ///< N, all of them
  NamedVectors& state;            ///< to be changed
  /// [S] x', to be changed: the mean of the updates by sample weight, or what the step before has made of it.
  std::vector<float>& next;
};

/// Kind of part: how the sums become the next model. Without one: their mean is it.
///
/// Each rank does it and has to get the same bits, whatever its processor: so plain loops over floats, which
/// the compiler may not contract, and none of LibTorch's operators, which have a form for each instruction
/// set. After each round the ranks compare the hashes of model and state.
struct ServerStep {
  std::string name;
  std::vector<ServerVector> keeps;
  std::function<void(ServerInput&)> step;
};

}  // namespace fedfr::fl
