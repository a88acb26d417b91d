#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/client/objective.hpp"

namespace fedfr::fl {

/// A tensor that holds a value that is infinite or no number, and the step that made it.
struct NonFinite {
  std::string tensor;     ///< for users: "the gradient of backbone.stem.weight"
  std::int64_t step = 0;  ///< of the round, from 1; 0: there before the first
};

/// Of a step, the first in the order in which they are made: the weights that the step before has left,
/// embeddings, terms, gradients from the last layer to the first.
std::optional<NonFinite> first_non_finite(const StepView& step, const LocalObjective& objective);

/// What a client has trained.
/// @param step  that has left it so
std::optional<NonFinite> first_non_finite(const nn::ParameterSet& backbone, std::int64_t step);
std::optional<NonFinite> first_non_finite(const Heads& heads, std::int64_t step);

}  // namespace fedfr::fl
