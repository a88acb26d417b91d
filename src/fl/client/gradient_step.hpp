#pragma once
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/client/objective.hpp"
#include "fedfr/nn/backbones/backbone.hpp"

namespace fedfr::fl {

/// What a step found out; the gradients lie with the parameters.
struct StepLosses {
  at::Tensor features;            ///< [B,D]
  std::vector<at::Tensor> terms;  ///< unweighted, in the objective's order
  at::Tensor loss;                ///< their weighted sum
};

/// Through autograd's graph, for any network and objective.
StepLosses step_by_autograd(const LocalObjective& objective, const StepInput& input, const Heads& heads);

/// Whether a step is plain classification by a network that has its gradients.
/// @param more_terms  than the margin softmax
bool can_step_directly(const nn::Backbone& backbone, const LocalTrainingConfig& config, bool more_terms);

/// Such a step without a graph; the same bits.
/// @param images  [B,3,H,W] as the network wants them
/// @param labels  [B] int64
StepLosses step_directly(const nn::Backbone& backbone, const nn::ParameterSet& parameters,
                         const at::Tensor& images, const at::Tensor& labels, double weight);

}  // namespace fedfr::fl
