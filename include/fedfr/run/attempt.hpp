#pragma once
#include <cstdint>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/client/client_state.hpp"
#include "fedfr/run/experiment.hpp"

namespace fedfr::run {

/// A round as all ranks see it at its start: who trains, and which of them need not because they had finished
/// it when the run was stopped.
struct Attempt {
  int round = 0;                 ///< from 0
  std::uint64_t key = 0;         ///< equal where its clients' results are: see ClientStateStore::save
  std::vector<ClientId> cohort;  ///< ascending
  std::vector<std::int64_t> local_images;  ///< of each client of the cohort
  std::vector<ClientId> finished;          ///< of the cohort, ascending

  bool has_finished(ClientId client) const;
  bool is_trained() const { return finished.size() == cohort.size(); }
  std::vector<std::int64_t> images_to_train() const;  ///< of each client of the cohort; 0 if it has finished
};

/// @param start  the hash of the server at the round's start
Attempt begin_attempt(const Experiment& experiment, int round, std::uint64_t start);

/// Fills in who has finished. One rank looks for all, so that they agree. Collective.
void find_finished(Attempt& attempt, const fl::ClientStateStore& states, comm::Communicator& comm);

}  // namespace fedfr::run
