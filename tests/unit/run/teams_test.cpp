#include "fedfr/run/teams.hpp"

#include <gtest/gtest.h>

namespace fedfr::run {
namespace {

std::vector<int> teams_of(int ranks, std::int64_t clients, const Teams::Wish& wish) {
  const int teams = Teams::count(ranks, clients, wish);
  std::vector<int> of_ranks;
  for (int rank = 0; rank < ranks; ++rank) of_ranks.push_back(Teams::team_of(rank, ranks, teams, wish));
  return of_ranks;
}

using Ranks = std::vector<int>;

TEST(Teams, AreSingleRanksWhereThereIsAClientForEach) {
  EXPECT_EQ(Teams::count(4, 4, {}), 4);
  EXPECT_EQ(Teams::count(4, 9, {}), 4);
}

TEST(Teams, ShareClientsWhereRanksWouldBeIdle) {
  EXPECT_EQ(teams_of(4, 2, {.micro_batches = 8}), (Ranks{0, 0, 1, 1}));
  EXPECT_EQ(teams_of(5, 2, {.micro_batches = 8}), (Ranks{0, 0, 1, 1, 1}));
  EXPECT_EQ(teams_of(3, 1, {.micro_batches = 8}), (Ranks{0, 0, 0}));
  EXPECT_EQ(teams_of(3, 0, {.micro_batches = 8}), (Ranks{0, 0, 0})) << "all have finished";
}

TEST(Teams, HaveNoMoreRanksThanMicroBatches) {
  EXPECT_EQ(teams_of(6, 2, {.micro_batches = 2}), (Ranks{0, 0, -1, 1, 1, -1}));
  EXPECT_EQ(teams_of(3, 2, {.micro_batches = 1}), (Ranks{0, 1, -1}));
}

TEST(Teams, AreAsLargeAsAskedFor) {
  EXPECT_EQ(teams_of(4, 9, {.ranks_per_client = 2, .micro_batches = 8}), (Ranks{0, 0, 1, 1}));
  EXPECT_EQ(teams_of(4, 9, {.ranks_per_client = 9, .micro_batches = 8}), (Ranks{0, 0, 0, 0}));
  EXPECT_EQ(teams_of(2, 1, {.ranks_per_client = 1, .micro_batches = 8}), (Ranks{0, 1})) << "one is idle";
}

}  // namespace
}  // namespace fedfr::run
