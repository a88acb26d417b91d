#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/run/load_balance.hpp"

namespace fedfr::run {

/// Who trains whom in a round where ranks share clients: neighbouring ranks are a team, which trains its
/// clients one after the other, all ranks of it together.
class Teams {
 public:
  struct Wish {
    int ranks_per_client = 0;  ///< 0: as many as would be idle otherwise
    int micro_batches = 1;     ///< of a step: more ranks than these have nothing to share
  };

  /// How many teams the ranks make, at least 1; with one of `ranks` each rank is by itself.
  /// @param clients  that are to be trained
  static int count(int ranks, std::int64_t clients, const Wish& wish);
  /// @returns the team of a rank; -1 where it has none because there is nothing left to share
  static int team_of(int rank, int ranks, int teams, const Wish& wish);

  /// Collective.
  Teams(comm::Communicator& all, std::int64_t clients, const Wish& wish);

  bool is_shared() const { return shared_; }  ///< else each rank is its own team
  comm::Communicator& mine() { return *team_; }
  bool leads() const { return leads_; }  ///< this rank hands on what its team has trained
  int count() const { return teams_; }
  int idle_ranks() const { return idle_ranks_; }  ///< that have no team
  /// The clients of this rank's team.
  /// @param balance  of single ranks, which is asked where they are their own teams
  std::vector<ClientId> place(const LoadBalance& balance, std::span<const ClientId> cohort,
                              std::span<const std::int64_t> images) const;

 private:
  int rank_;
  int teams_;
  int number_ = -1;
  int idle_ranks_ = 0;
  bool shared_;
  bool leads_ = true;
  std::unique_ptr<comm::Communicator> team_;
};

}  // namespace fedfr::run
