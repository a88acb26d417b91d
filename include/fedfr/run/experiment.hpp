#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/fl/central/central_trainer.hpp"
#include "fedfr/fl/central/pooled_images.hpp"
#include "fedfr/fl/client/client_data.hpp"
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/client/objective.hpp"
#include "fedfr/fl/parts/algorithm.hpp"
#include "fedfr/fl/schedule.hpp"
#include "fedfr/fl/server/aggregator.hpp"
#include "fedfr/fl/server/cohort.hpp"
#include "fedfr/run/checkpoint.hpp"
#include "fedfr/run/options/options.hpp"
#include "fedfr/run/record/data_record.hpp"
#include "fedfr/run/record/numerics.hpp"
#include "fedfr/run/record/recorder.hpp"

namespace fedfr::run {

/// What memory-format = auto means for the network of a run on a device.
at::MemoryFormat memory_format(const Options& options, at::Device device);

/// The options of a run turned into the things that they name, opened and checked before any rank starts
/// work.
struct Experiment {
  /// @param where          where this rank computes
  /// @param with_numerics  what the bits depend on; equal on all ranks
  /// @throws UsageError, DataError with what to do
  Experiment(const Options& options, at::Device where, Numerics with_numerics);

  /// Refuses what cannot be trained, such as a client without training images.
  void check_training() const;

  Options options;
  fl::Algorithm algorithm;
  std::optional<data::Dataset> clients;
  std::optional<data::Dataset> publics;
  std::vector<data::Dataset> benchmarks;
  std::vector<std::string> benchmark_names;  ///< of each: what results call it
  std::shared_ptr<const nn::Backbone> backbone;
  fl::ScheduleConfig schedule;
  fl::LocalTrainingConfig training;
  at::Device device;
  Numerics numerics;

  std::int64_t trained_clients() const { return clients->clients(); }  ///< how many clients take part
  /// Who trains in a round (from 0), ascending; the same on every rank.
  std::vector<ClientId> cohort(int round) const;
  /// @throws DataError naming the client if it has no images to train with
  fl::ClientData training_data(ClientId client) const;
  std::int64_t cohort_size() const { return std::ssize(cohort(0)); }
  std::vector<std::int64_t> local_images(std::span<const ClientId> cohort) const;  ///< of each, for training
  /// On what a cohort sends, from the local images of each.
  fl::RoundBound bound(std::span<const std::int64_t> local_images) const;
  /// Classes of the softmax that all clients share; 0 without a public set, or where its people are none.
  std::int64_t public_identities() const;
  /// The most that what is saved of a client can have.
  std::int64_t client_tensor_bytes(const fl::GlobalModel& model) const;
  Fingerprints fingerprints() const;
  /// @param start  the model of the start
  DataRecord data_record(const fl::GlobalModel& start) const;
  RecordedRun recorded() const;
  /// Parts of a step's batch, also where that is left to us: the same for any number of ranks.
  int micro_batches() const;

  // Of training without clients
  fl::PooledImages pooled_images() const;
  std::int64_t own_classes() const;  ///< of the clients' identities, which come before the public ones
  fl::StepShape step_shape() const;
  fl::CentralConfig central_config() const;

  bool uses_public_images() const { return algorithm.public_images.has_value(); }
  /// Whether anything of a client outlives the round; plain classification by averaging has nothing, unless
  /// the clients' own models are wanted.
  bool keeps_private_state() const;
  /// Always after the last round.
  bool evaluates_in_round(int completed_rounds) const;

  /// The model of the start: the weights of --init, or random ones.
  /// @param note  receives what a user should know of it
  fl::GlobalModel initial_model(std::string& note) const;
};

}  // namespace fedfr::run
