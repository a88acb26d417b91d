#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/aggregator.hpp"
#include "fedfr/fl/client_state.hpp"
#include "fedfr/run/checkpoint.hpp"
#include "fedfr/run/client_finisher.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/experiment.hpp"
#include "fedfr/run/load_balance.hpp"
#include "fedfr/run/record/recorder.hpp"
#include "fedfr/run/record/run_directory.hpp"

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
  /// A round as all ranks see it at its start.
  struct Attempt {
    int round = 0;                 ///< from 0
    std::uint64_t key = 0;         ///< equal where its clients' results are: see ClientStateStore::save
    std::vector<ClientId> cohort;  ///< ascending
    std::vector<std::int64_t> local_images;  ///< of each client of the cohort
    std::vector<ClientId> finished;          ///< of the cohort, before the run was stopped; ascending
    bool has_finished(ClientId client) const;
    bool is_trained() const { return finished.size() == cohort.size(); }
  };

  void resume();
  void run_round(int round);
  Attempt begin(int round);
  std::vector<ClientId> place(const Attempt& attempt) const;
  void tell_of_files();
  void train_client(ClientId client, const Attempt& attempt, fl::LocalTrainer& trainer,
                    ClientFinisher& finisher, RoundRecord& record);
  bool take_over(ClientId client, const Attempt& attempt, ClientFinisher& finisher, RoundRecord& record);
  void evaluate_own(const fl::FinishedClient& finished, const Attempt& attempt, RoundRecord& record);
  fl::LocalHooks hooks(std::size_t clients_done, const Attempt& attempt) const;
  void server_step(fl::Aggregator& aggregator);
  void evaluate(int completed_rounds, std::vector<eval::ClientScores> own, RoundRecord& record);
  void score_idle_clients(int completed_rounds, std::vector<eval::ClientScores>& own);
  void checkpoint(int completed_rounds);
  void save_results();

  const Experiment& experiment_;
  comm::Communicator& comm_;
  fl::GlobalModel model_;
  RunPaths paths_;
  Recorder& recorder_;
  nn::FeatureMemory features_;
  nn::GpuGraph graph_;
  bool told_of_files_ = false;
  LoadBalance balance_;
  Evaluator evaluator_;
  std::optional<fl::ClientStateStore> states_;  ///< where clients have any
  CheckpointStore checkpoints_;
  int completed_rounds_ = 0;
  double checkpoint_seconds_ = 0;  ///< of the last one, for the record of the round after it
  bool resumed_ = false;           ///< and no round has been made since
};

}  // namespace fedfr::run
