#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fedfr/fl/client_data.hpp"
#include "fedfr/fl/client_state.hpp"
#include "fedfr/fl/client_update.hpp"
#include "fedfr/fl/epoch_plan.hpp"
#include "fedfr/fl/hard_negatives.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/fl/objective.hpp"
#include "fedfr/fl/round_views.hpp"
#include "fedfr/nn/embedder.hpp"
#include "fedfr/nn/feature_memory.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "fedfr/nn/sgd.hpp"

namespace fedfr::fl {

struct StepBatch;
class TrainingStep;

enum class PublicImages { none, hard_negatives, all };

struct LocalTrainingConfig {
  ObjectiveConfig objective;
  nn::SgdConfig sgd;
  MiningConfig mining;
  PublicImages public_images = PublicImages::hard_negatives;
  bool public_classes = true;  ///< public identities join the margin softmax
  int batch = 16;
  bool keep_incomplete = true;  ///< train on an epoch's last, smaller batch
  bool allow_no_steps = false;  ///< a client without a whole batch makes no step instead of being an error
  bool mirror = true;           ///< each image is mirrored with probability 1/2, drawn anew each epoch
  nn::EmbedOptions embed;
  std::uint64_t seed = 100;
};

/// The public set as one round sees it.
struct PublicData {
  data::ImageSet images;
  /// [N,D] by the global model of the round's start, by index; undefined if not needed.
  at::Tensor plain_features;
  at::Tensor mirrored_features;
  Candidates candidates;  ///< the plain features; undefined without mining
};

/// What an observer sees of each step, after the gradients are there and before they are used.
struct StepView {
  int epoch;
  std::int64_t step;   ///< of the round, from 0
  std::int64_t steps;  ///< in the round
  double learning_rate;
  std::span<const std::int64_t> positions;  ///< of the batch in [local images; public images of the round]
  const std::vector<at::Tensor>& terms;     ///< unweighted, in the objective's order
  const at::Tensor& loss;
  const nn::ParameterSet& backbone;
  const Heads& heads;
};

struct LocalHooks {
  std::function<void(std::int64_t step, std::int64_t steps)>
      progress;                          ///< after each step, which counts from 1
  std::function<bool()> stop_requested;  ///< asked before each step
  /// To see each step from inside, which keeps a GPU from doing it as a whole.
  std::function<void(const StepView&)> after_backward;
  /// Order of an epoch over `count` items; by default a shuffle from the stream of (seed, round, client,
  /// epoch).
  std::function<std::vector<std::int64_t>(int epoch, std::int64_t count)> order;
};

struct LocalStatistics {
  std::int64_t local_images = 0;
  std::int64_t hard_negatives = 0;
  std::int64_t steps = 0;
  std::int64_t images = 0;    ///< that went through training steps
  double loss = 0;            ///< mean over steps, weighted sum of the terms
  std::vector<double> terms;  ///< mean over steps, unweighted, in the objective's order
  double seconds_frozen = 0;  ///< features of the frozen models
  double seconds_mining = 0;
  double seconds_training = 0;
  double seconds_waiting = 0;  ///< of the training, for images
};

struct LocalResult {
  ClientUpdate update;
  PrivateState state;
  LocalStatistics statistics;
  std::vector<std::int64_t> hard_negatives;  ///< kept public images, ascending
};

/// Trains the clients of one round on this rank, one after the other (FedFR, Algorithm "local update").
class LocalTrainer {
 public:
  /// @param memory  for the embeddings of a client's images
  /// @param graph   for what is recorded of its steps on a GPU, best the same one for all rounds
  LocalTrainer(const GlobalModel& global, const LocalTrainingConfig& config, const PublicData* publics,
               nn::FeatureMemory& memory, nn::GpuGraph& graph);

  /// @param round           from 0
  /// @param learning_rates  one for each local epoch
  /// @param state           the client's private state; without one, its heads start anew
  /// @param start           where the backbone starts: the global model, or the client's own for `local`
  /// @throws StopRequested between two steps
  /// @throws DataError naming the client if its loss or its model is no longer finite
  /// @throws UsageError if the client has fewer images than a batch and incomplete batches are dropped
  LocalResult train(const ClientData& client, int round, std::span<const double> learning_rates,
                    const PrivateState* state, const at::Tensor& start, const LocalHooks& hooks);

 private:
  struct Round;
  void choose_images(Round& round) const;
  void embed_for_mining(Round& round) const;
  EpochPlan plan_epoch(const Round& round, int epoch) const;
  void embed_views_of(Round& round) const;
  at::Tensor feature_table(const RoundViews& views) const;
  void embed_by_global(Round& round) const;
  void embed_by_previous(Round& round) const;
  void prepare_heads(Round& round) const;
  at::Tensor run_epochs(Round& round);
  data::BatchLoader::Options loading() const;
  std::int64_t count_steps(const Round& round) const;
  void run_epoch(Round& round, int epoch, TrainingStep& step);
  StepBatch batch_of(const Round& round, const data::Batch& batch,
                     std::span<const std::int64_t> positions) const;
  LocalResult finish(Round& round, const at::Tensor& term_sums) const;

  const GlobalModel& global_;
  LocalTrainingConfig config_;
  const PublicData* publics_;
  nn::FeatureMemory& memory_;
  nn::GpuGraph& graph_;
  LocalObjective objective_;
  nn::ParameterSet backbone_;  // in training; reused from client to client
};

}  // namespace fedfr::fl
