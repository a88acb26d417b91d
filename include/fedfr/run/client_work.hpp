#pragma once
#include <optional>

#include "fedfr/fl/client/client_state.hpp"
#include "fedfr/fl/client/local_trainer.hpp"
#include "fedfr/run/attempt.hpp"
#include "fedfr/run/client_finisher.hpp"
#include "fedfr/run/evaluator.hpp"
#include "fedfr/run/record/recorder.hpp"
#include "fedfr/run/teams.hpp"

namespace fedfr::run {

/// What a rank does with one client of a round after the other: load what it keeps, train it, or take over
/// what it had finished before the run was stopped; hand the result on; score its own model.
class ClientWork {
 public:
  struct Tools {
    const Experiment& experiment;
    const Evaluator& evaluator;
    Recorder& recorder;
    fl::ClientStateStore* states;  ///< null: clients have none
  };

  /// @param teams   that share the cohort
  /// @param record  receives what each client's work was
  ClientWork(const Tools& tools, const comm::Communicator& comm, Teams& teams, const Attempt& attempt,
             RoundRecord& record)
      : tools_(tools),
        rank_(comm.rank()),
        ranks_(comm.size()),
        teams_(teams),
        attempt_(attempt),
        record_(record) {}

  /// @throws StopRequested between two steps; DataError naming the client
  void train(ClientId client, fl::LocalTrainer& trainer, ClientFinisher& finisher);

  /// @returns whether there was something to take over
  bool take_over(ClientId client, ClientFinisher& finisher);

  double seconds() const { return seconds_; }  ///< of this rank's training so far

 private:
  std::optional<fl::PrivateState> load(ClientId client);
  void score_own_model(const fl::FinishedClient& finished);
  fl::LocalHooks hooks() const;

  Tools tools_;
  int rank_;
  int ranks_;
  Teams& teams_;
  double seconds_ = 0;
  const Attempt& attempt_;
  RoundRecord& record_;
};

}  // namespace fedfr::run
