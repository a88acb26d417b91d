#pragma once
#include <cstdint>

#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parts/algorithm.hpp"
#include "fedfr/fl/server/aggregator.hpp"

namespace fedfr::fl {

/// The server's side of a run: the global model, and what the steps of the row keep by name. There is one on
/// each rank, and all are equal after each round: see ServerStep.
class Server {
 public:
  /// @param row      outlives the server
  /// @param clients  N
  Server(const Algorithm& row, GlobalModel model, std::int64_t clients);

  GlobalModel& model() { return model_; }
  const GlobalModel& model() const { return model_; }
  const NamedVectors& state() const { return state_; }

  /// Goes on from a state that was saved.
  /// @throws DataError naming what is missing or has another size
  void restore(NamedVectors state);

  /// From what the cohort has sent to the next model.
  void step(const RoundSum& round);

  std::uint64_t hash() const;  ///< of model and state

 private:
  const Algorithm& row_;
  GlobalModel model_;
  std::int64_t clients_;
  NamedVectors state_;
};

}  // namespace fedfr::fl
