#pragma once
#include <memory>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/aggregator.hpp"
#include "fedfr/fl/client_state.hpp"
#include "fedfr/run/checkpoint.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/experiment.hpp"
#include "fedfr/run/recorder.hpp"
#include "fedfr/run/run_directory.hpp"

namespace fedfr::run {

/// The federated training itself, from the first round that is not in a checkpoint to the last. Collective
/// throughout.
class RoundLoop {
 public:
  /// @param model  of the start; a checkpoint replaces it
  RoundLoop(const Experiment& experiment, comm::Communicator& comm, fl::GlobalModel model,
            const RunPaths& paths, Recorder& recorder);

  /// @throws StopRequested (on all ranks) after SIGTERM or SIGUSR1; the last checkpoint holds all complete
  /// rounds
  void run();

 private:
  void resume();
  void run_round(int round);
  fl::PublicData see_public_set();
  void train_client(ClientId client, int round, fl::LocalTrainer& trainer, fl::Aggregator& aggregator,
                    RoundRecord& record);
  fl::LocalHooks hooks(std::size_t clients_done, int round) const;
  void server_step(fl::Aggregator& aggregator);
  void evaluate(int completed_rounds, std::vector<eval::ClientScores> own, RoundRecord& record);
  void score_idle_clients(int completed_rounds, std::vector<eval::ClientScores>& own);
  void checkpoint(int completed_rounds, RoundRecord& record);
  void save_results();

  const Experiment& experiment_;
  comm::Communicator& comm_;
  fl::GlobalModel model_;
  RunPaths paths_;
  Recorder& recorder_;
  Evaluator evaluator_;
  fl::ClientStateStore states_;
  CheckpointStore checkpoints_;
  int completed_rounds_ = 0;
};

}  // namespace fedfr::run
