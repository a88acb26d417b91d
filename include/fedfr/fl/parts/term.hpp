#pragma once
#include <functional>
#include <map>
#include <string>

#include "fedfr/core/ids.hpp"
#include "fedfr/fl/parts/named_tensors.hpp"
#include "fedfr/nn/parameters.hpp"

namespace fedfr::fl {

/// A client's classifiers during a round.
struct Heads {
  at::Tensor classifier;  ///< [n_local + n_public, D] class centres, a leaf; undefined for Margin::logits
  std::map<std::string, nn::ParameterSet> own;  ///< of the private heads of the row, by name
};

/// What one step is computed from.
struct StepInput {
  at::Tensor features;           ///< [B,D] of the network in training
  at::Tensor labels;             ///< [B] int64; local identities first, then public ones
  at::Tensor global_features;    ///< [B,D] of the global model of the round's start, where a term reads them
  at::Tensor previous_features;  ///< [B,D] of the client's model after its last round, likewise
};

/// Kind of part: a term of the local objective beside the margin softmax; differentiable in the features and
/// in the heads.
struct Term {
  std::string name;
  double weight = 1;
  bool reads_global_features = false;
  bool reads_previous_features = false;
  /// The previous model [P] of a client that has none yet; without one the global model stands in for it.
  std::function<at::Tensor(ClientId)> newcomers_model = {};
  std::function<at::Tensor(const StepInput&, const Heads&)> value = {};  ///< unweighted, a scalar
};

}  // namespace fedfr::fl
