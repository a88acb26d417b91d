#pragma once
#include <span>
#include <vector>

#include "fedfr/comm/communicator.hpp"

namespace fedfr::run {

/// How fast each rank trains, learned from the rounds before, so that slower ranks get fewer clients. Which
/// rank trains a client changes no bit of the results.
class RankSpeeds {
 public:
  explicit RankSpeeds(int ranks) : speeds_(static_cast<std::size_t>(ranks), 1.0) {}

  /// [ranks] relative to each other, > 0; all equal before the first round.
  std::span<const double> values() const { return speeds_; }

  /// What this rank has trained in a round, and how long that took it; nothing (0 and 0) is possible.
  /// Collective.
  void learn(comm::Communicator& comm, double work, double seconds);

  /// Halfway from the old speeds to the measured ones, relative to their mean; a rank that had no work is
  /// taken to be as fast as the mean, so that it is tried again.
  /// @param measured  [ranks] work a second, 0 where there was none
  static std::vector<double> updated(std::span<const double> old, std::span<const double> measured);

 private:
  std::vector<double> speeds_;
};

}  // namespace fedfr::run
