#include "fedfr/run/teams.hpp"

#include <algorithm>

#include "fedfr/comm/local_communicator.hpp"

// A job may have more ranks than a cohort has clients. Neighbours are a team because launchers put them on
// one host.
namespace fedfr::run {

int Teams::count(int ranks, std::int64_t clients, const Wish& wish) {
  const std::int64_t at_most = std::clamp<std::int64_t>(clients, 1, ranks);
  if (wish.ranks_per_client == 0) return static_cast<int>(at_most);
  return std::max(1, ranks / std::min(ranks, wish.ranks_per_client));
}

int Teams::team_of(int rank, int ranks, int teams, const Wish& wish) {
  const auto first_of = [&](int team) {
    return static_cast<int>(static_cast<std::int64_t>(team) * ranks / teams);
  };
  int team = 0;
  while (first_of(team + 1) <= rank) ++team;
  return rank - first_of(team) < wish.micro_batches ? team : -1;
}

Teams::Teams(comm::Communicator& all, std::int64_t clients, const Wish& wish)
    : rank_(all.rank()), teams_(count(all.size(), clients, wish)), shared_(teams_ < all.size()) {
  if (!shared_) {
    team_ = std::make_unique<comm::LocalCommunicator>();
    return;
  }
  number_ = team_of(all.rank(), all.size(), teams_, wish);
  for (int rank = 0; rank < all.size(); ++rank)
    idle_ranks_ += team_of(rank, all.size(), teams_, wish) < 0 ? 1 : 0;
  // Those without a team are a part as well, since all ranks have to come.
  team_ = all.part(number_ < 0 ? teams_ : number_);
  leads_ = number_ >= 0 && team_->rank() == 0;
}

std::vector<ClientId> Teams::place(const LoadBalance& balance, std::span<const ClientId> cohort,
                                   std::span<const std::int64_t> images) const {
  if (!shared_) return balance.place(cohort, images)[static_cast<std::size_t>(rank_)];
  if (number_ < 0) return {};
  return LoadBalance(teams_).place(cohort, images)[static_cast<std::size_t>(number_)];
}

}  // namespace fedfr::run
