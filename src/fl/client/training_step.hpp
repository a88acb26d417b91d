#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "fedfr/nn/kernels/run_ahead.hpp"
#include "fedfr/nn/sgd.hpp"
#include "gradient_step.hpp"
#include "shared_step.hpp"
#include "step_batch.hpp"

namespace fedfr::fl {

/// One step of a client's training after the other: gradients, their corrections, new weights, sums of the
/// losses. On a GPU the steps with whole batches are recorded and launched as one: what a step reads is
/// copied to where the recorded one looks, and nothing in it may wait for the GPU or decide by what it has
/// computed.
class TrainingStep {
 public:
  struct Room {
    nn::GpuGraph& graph;       ///< for what is recorded
    comm::Communicator& team;  ///< that shares the micro-batches
  };

  /// @param learning  the tensors that learn; the others want no gradients
  /// @param correct   what is done to the gradients of each step
  /// @param steps     how many there will be
  TrainingStep(const TrainedNetwork& network, const LocalTrainingConfig& config,
               std::vector<Learning> learning, std::function<void()> correct, std::int64_t steps,
               const Room& room);

  using Look = std::function<void(const StepLosses&)>;

  /// @param look  between gradients and update; if there is one, nothing is recorded
  void run(const StepBatch& batch, double learning_rate, const Look& look);

  /// The micro-batches of the steps, where these have any: null otherwise.
  SharedStep* shared() { return shared_ ? &*shared_ : nullptr; }

  /// Of all steps: [1 + terms] float64 on the CPU, the loss and the unweighted terms. Waits for a GPU.
  at::Tensor loss_sums() const { return sums_.cpu(); }

  /// Whether the loss of a step was not finite. On a GPU, which would have to be waited for, that is only
  /// seen in the sums.
  bool has_diverged() const;

  double reach() const { return reach_; }  ///< of all steps: see ClientEnd

 private:
  bool is_worth_recording(const StepBatch& batch, const Look& look) const;
  void hold(const StepBatch& batch);
  void work(const StepBatch& batch, const Look& look);

  TrainedNetwork network_;
  const LocalTrainingConfig& config_;
  std::function<void()> correct_;
  nn::Sgd sgd_;
  at::Tensor sums_;
  std::int64_t steps_;
  std::int64_t done_ = 0;
  double pace_ = 0;  // of a constant gradient: what momentum has made of it
  double reach_ = 0;
  nn::RunAhead run_ahead_;
  nn::GpuGraph& graph_;
  std::optional<SharedStep> shared_;
  StepBatch held_;  // what the recorded step reads; undefined before there is one
};

}  // namespace fedfr::fl
