#pragma once
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/client/objective.hpp"
#include "fedfr/nn/backbones/backbone.hpp"
#include "step_batch.hpp"

namespace fedfr::fl {

/// What trains in a step.
struct TrainedNetwork {
  const nn::Backbone& architecture;
  const nn::ParameterSet& parameters;
  bool moves_statistics;  ///< of batch norms, which then normalise by the batch
  const Heads& heads;
  const LocalObjective& objective;
};

/// What a step found out; the gradients lie with the parameters.
struct StepLosses {
  at::Tensor features;            ///< [B,D]
  std::vector<at::Tensor> terms;  ///< unweighted, in the objective's order
  at::Tensor loss;                ///< their weighted sum
};

/// The gradients of a batch, by whichever of the following ways fits.
StepLosses gradients_of(const TrainedNetwork& network, const LocalTrainingConfig& config,
                        const StepBatch& batch);

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
