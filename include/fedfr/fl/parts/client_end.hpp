#pragma once
#include <functional>
#include <string>

#include "fedfr/fl/parts/named_tensors.hpp"

namespace fedfr::fl {

/// A client's round once its training is done; vectors on the CPU.
struct ClientEnd {
  const at::Tensor& start;  ///< [S] x, the shared vector at the round's start
  const at::Tensor& end;    ///< [S] y_k
  /// W_k, how far a constant gradient would have moved the shared tensors: the sum over the steps s of the
  /// phases in which some of them learn of sum_{t >= s} e_t rho^(t-s), with learning rates e and momentum
  /// rho.
  double reach = 0;
  std::int64_t sample_weight = 0;
  const NamedTensors& before;  ///< what the row keeps, before the round; zeros in the client's first one
  const NamedTensors& after;   ///< the same after it, as far as it is worked out: in the row's order
  const NamedTensors& server;  ///< the server's state at the round's start
};

/// Kind of part: a private vector that a client keeps by this name, from round to round. It waits while the
/// client is not drawn.
struct KeptVector {
  std::string name;
  std::int64_t size = like_shared;
  std::function<at::Tensor(const ClientEnd&)> next;  ///< [size] float32
};

/// Kind of part: what an update carries besides the shared vector; only the mean over the cohort is ever
/// seen, from the same exact sum as the model's.
struct ExtraSum {
  enum class Mean { by_samples, plain };

  std::string name;
  std::string what;  ///< for users who want to know what leaves a client
  std::int64_t size = like_shared;
  Mean mean = Mean::plain;
  /// No value of a client whose training has not diverged is larger. The mean over K clients is off by at
  /// most K * bound * 2^-60: better too large than too small.
  float bound = 0;
  std::function<at::Tensor(const ClientEnd&)> value;  ///< [size] float32
};

}  // namespace fedfr::fl
