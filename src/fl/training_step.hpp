#pragma once
#include <functional>

#include "fedfr/fl/local_trainer.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "fedfr/nn/kernels/run_ahead.hpp"
#include "fedfr/nn/sgd.hpp"
#include "gradient_step.hpp"

namespace fedfr::fl {

/// Where the step's tensors lie is where the network computes.
struct StepBatch {
  at::Tensor images;             ///< [B,3,H,W] as the network wants them
  at::Tensor labels;             ///< [B] int64; local identities first, then public ones
  at::Tensor global_features;    ///< [B,D], only with the contrastive term
  at::Tensor previous_features;  ///< [B,D], likewise
};

/// One step of a client's training after the other: gradients, new weights, sums of the losses. On a GPU the
/// steps with whole batches are recorded and launched as one.
class TrainingStep {
 public:
  struct Network {
    const nn::Backbone& architecture;
    nn::ParameterSet& parameters;
    const LocalObjective& objective;
  };

  /// @param heads  of the client
  /// @param steps  how many there will be
  /// @param graph  room for what is recorded
  TrainingStep(const Network& network, const LocalTrainingConfig& config, const Heads& heads,
               std::int64_t steps, nn::GpuGraph& graph);

  using Look = std::function<void(const StepLosses&)>;

  /// @param look  between gradients and update; if there is one, nothing is recorded
  void run(const StepBatch& batch, double learning_rate, const Look& look);

  /// Of all steps: [1 + terms] float64 on the CPU, the loss and the unweighted terms. Waits for a GPU.
  at::Tensor loss_sums() const { return sums_.cpu(); }

 private:
  bool is_worth_recording(const StepBatch& batch, const Look& look) const;
  void hold(const StepBatch& batch);
  void work(const StepBatch& batch, const Look& look);
  StepLosses gradients(const StepBatch& batch) const;

  Network network_;
  const LocalTrainingConfig& config_;
  const Heads& heads_;
  nn::Sgd sgd_;
  at::Tensor sums_;
  std::int64_t steps_;
  std::int64_t done_ = 0;
  nn::RunAhead run_ahead_;
  nn::GpuGraph& graph_;
  StepBatch held_;  // what the recorded step reads; undefined before there is one
};

}  // namespace fedfr::fl
