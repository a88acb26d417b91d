#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/storage/batch_loader.hpp"
#include "fedfr/fl/client/client_data.hpp"
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/client/objective.hpp"
#include "fedfr/fl/parts/algorithm.hpp"
#include "fedfr/fl/schedule.hpp"
#include "fedfr/nn/feature_memory.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"

namespace fedfr::fl {

struct EpochPlan;
class TrainingStep;

/// The training of a client has diverged: an error that all ranks of a team meet together.
struct ClientDiverged : DataError {
  using DataError::DataError;
};

/// Trains the clients of one round on this rank, one after the other (FedFR, Algorithm "local update"), by
/// the parts of a row: choose images, look at them with the models that do not change, begin, train phase by
/// phase, and take apart what is sent and what is kept.
class LocalTrainer {
 public:
  /// @param row     outlives the trainer
  /// @param memory  for the embeddings of a client's images
  /// @param graph   for what is recorded of its steps on a GPU, best the same one for all rounds
  /// @param team    ranks that train the same clients together, each some micro-batches of a step: what they
  /// end
  ///                with is equal, and what one rank alone would have. All its functions are then collective
  LocalTrainer(const Algorithm& row, const LocalTrainingConfig& config, const RoundStart& start,
               nn::FeatureMemory& memory, nn::GpuGraph& graph, comm::Communicator& team);

  /// @param round           from 0
  /// @param state           the client's private state; without one, what it keeps starts anew
  /// @throws StopRequested between two steps
  /// @throws DataError if the client's loss or model is no longer finite, naming it, the first such tensor
  /// and the step
  /// @throws UsageError if the client has fewer images than a batch and incomplete batches are dropped
  LocalResult train(const ClientData& client, int round, const RoundRates& rates, const PrivateState* state,
                    const LocalHooks& hooks);

 private:
  struct Round;
  data::BatchLoader::Options loading() const;
  LocalResult train_once(const ClientData& client, int round, const RoundRates& rates,
                         const PrivateState* state, const LocalHooks& hooks);
  void choose_images(Round& round) const;
  void look_with_frozen_models(Round& round) const;
  void begin_backbone(const Round& round);
  void run_phases(Round& round);
  void run_phase(Round& round, const Phase& phase, std::span<const EpochPlan> epochs);
  static void ask_to_stop(const Round& round, TrainingStep& step);
  void run_epoch(Round& round, const EpochPlan& plan, TrainingStep& step);
  at::Tensor trained_model(const Round& round) const;
  void check(const Round& round, const at::Tensor& model) const;
  LocalResult finish(Round& round) const;
  void finish_row(const Round& round, LocalResult& result) const;

  const Algorithm& row_;
  LocalTrainingConfig config_;
  const GlobalModel& global_;
  const PublicData* publics_;
  nn::FeatureMemory& memory_;
  nn::GpuGraph& graph_;
  comm::Communicator& team_;
  LocalObjective objective_;
  nn::ParameterSet backbone_;   // in training; reused from client to client
  NamedTensors server_;         // the server's state on the CPU
  at::Tensor shared_at_start_;  // [S] x on the CPU; undefined where no part asks for it
};

}  // namespace fedfr::fl
