#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/client/client_state.hpp"
#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/server/aggregator.hpp"
#include "fedfr/fl/server/server.hpp"
#include "fedfr/nn/feature_memory.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "fedfr/run/attempt.hpp"
#include "fedfr/run/checkpoint.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/experiment.hpp"
#include "fedfr/run/load_balance.hpp"
#include "fedfr/run/record/recorder.hpp"
#include "fedfr/run/record/run_directory.hpp"
#include "fedfr/run/teams.hpp"

namespace fedfr::run {

/// The federated training itself, from the first round that is not in a checkpoint to the last. Collective
/// throughout.
class RoundLoop {
 public:
  /// @param model  of the start; a checkpoint replaces it
  RoundLoop(const Experiment& experiment, comm::Communicator& comm, fl::GlobalModel model,
            const RunPaths& paths, Recorder& recorder);

  /// @param begun  called on every rank once the newest checkpoint is known to fit, before anything of the
  /// run
  ///               is changed
  /// @throws StopRequested (on all ranks) after SIGTERM or SIGUSR1; the last checkpoint holds all complete
  /// rounds
  void run(const std::function<void()>& begun);

 private:
  void resume(const std::function<void()>& begun);
  void run_round(int round);
  Attempt begin(int round);
  fl::PublicData look_at_public_set(const Attempt& attempt, RoundRecord& record);
  void train_clients(const Attempt& attempt, const fl::PublicData& publics, fl::Aggregator& sum,
                     RoundRecord& record);
  void step_server(fl::Aggregator& sum, RoundRecord& record);
  void tell_of_teams(const Teams& teams);
  void tell_of_files();
  void evaluate(int completed_rounds, RoundRecord& record);
  void score_idle_clients(int completed_rounds, std::vector<eval::ClientScores>& own);
  void checkpoint(int completed_rounds);
  void save_results();

  const Experiment& experiment_;
  comm::Communicator& comm_;
  fl::Server server_;
  RunPaths paths_;
  Recorder& recorder_;
  nn::FeatureMemory features_;
  nn::GpuGraph graph_;
  bool told_of_files_ = false;
  bool told_of_teams_ = false;
  LoadBalance balance_;
  Evaluator evaluator_;
  std::optional<fl::ClientStateStore> states_;  ///< where clients have any
  CheckpointStore checkpoints_;
  int completed_rounds_ = 0;
  double checkpoint_seconds_ = 0;  ///< of the last one, for the record of the round after it
  bool resumed_ = false;           ///< and no round has been made since
};

}  // namespace fedfr::run
