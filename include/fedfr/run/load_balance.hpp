#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "fedfr/run/record/client_record.hpp"

namespace fedfr::run {

/// Which rank trains which clients, so that all ranks end together. How fast each rank is, and how many
/// images a client trains with once it has mined its hard negatives, is learned from the rounds before. Where
/// a client is trained changes no bit of the results.
class LoadBalance {
 public:
  explicit LoadBalance(int ranks) : speeds_(static_cast<std::size_t>(ranks), 0.0) {}

  /// @param local_images  of each member of the cohort; 0 where there is nothing to do
  /// @returns             by rank: its members of the cohort, ascending
  std::vector<std::vector<ClientId>> place(std::span<const ClientId> cohort,
                                           std::span<const std::int64_t> local_images) const;

  /// @param clients  of a whole round, from all ranks, so that all learn the same
  void learn(std::span<const ClientRecord> clients);

  /// Relative to their mean: the first measurement counts as it is, later ones move the speed half the way. A
  /// rank that had no work comes nearer to the mean, so that it is tried again.
  /// @param old       [ranks], 0 for a rank that was never measured
  /// @param measured  [ranks] work a second, 0 where there was none
  static std::vector<double> updated(std::span<const double> old, std::span<const double> measured);

 private:
  double cost(ClientId client, std::int64_t local_images) const;

  std::vector<double> speeds_;
  std::map<ClientId, double> images_;  // of an epoch in the client's last round
  double growth_ = 1;                  // images of an epoch for each local image, over all clients
};

}  // namespace fedfr::run
