#include "fedfr/fl/server/cohort.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace fedfr::fl {
namespace {

TEST(Cohort, DistinctAscendingAndRepeatable) {
  const auto cohort = sample_cohort(1, 3, 1000, 0.1, CohortStream::keyed);
  EXPECT_EQ(cohort.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(cohort));
  EXPECT_EQ(std::set(cohort.begin(), cohort.end()).size(), cohort.size());
  EXPECT_EQ(cohort, sample_cohort(1, 3, 1000, 0.1, CohortStream::keyed));
  EXPECT_NE(cohort, sample_cohort(1, 4, 1000, 0.1, CohortStream::keyed));
  EXPECT_NE(cohort, sample_cohort(2, 3, 1000, 0.1, CohortStream::keyed));
}

TEST(Cohort, AtLeastOneAndAtMostAll) {
  EXPECT_EQ(sample_cohort(1, 0, 5, 0.01, CohortStream::keyed).size(), 1U);
  const auto all = sample_cohort(1, 0, 5, 1.0, CohortStream::keyed);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(value(all[i]), static_cast<std::int64_t>(i));
}

TEST(Cohort, EveryClientIsChosenEquallyOften) {
  std::vector<int> chosen(20, 0);
  for (int round = 0; round < 2000; ++round)
    for (const auto id : sample_cohort(7, round, 20, 0.25, CohortStream::keyed))
      ++chosen[static_cast<std::size_t>(value(id))];
  for (const int count : chosen) EXPECT_NEAR(count, 500, 100);
}

TEST(Placement, EveryClientOnceAndLoadsAreLevel) {
  std::vector<ClientId> cohort;
  std::vector<double> costs;
  for (int c = 0; c < 37; ++c) {
    cohort.push_back(ClientId{c});
    costs.push_back(1 + c % 7);
  }
  const auto placed = place(cohort, costs, std::vector<double>(4, 1.0));
  std::vector<double> loads;
  std::set<ClientId> seen;
  for (const auto& clients : placed) {
    EXPECT_TRUE(std::ranges::is_sorted(clients));
    loads.push_back(0);
    for (const auto id : clients) {
      loads.back() += costs[static_cast<std::size_t>(value(id))];
      EXPECT_TRUE(seen.insert(id).second);
    }
  }
  EXPECT_EQ(seen.size(), cohort.size());
  EXPECT_LE(std::ranges::max(loads) - std::ranges::min(loads), 7);
}

TEST(Placement, MoreRanksThanClientsLeavesSomeEmpty) {
  const std::vector<ClientId> cohort = {ClientId{4}};
  const std::vector<double> costs = {1};
  const auto placed = place(cohort, costs, std::vector<double>(3, 1.0));
  EXPECT_EQ(placed[0].size() + placed[1].size() + placed[2].size(), 1U);
}

TEST(Placement, SlowRanksGetFewerClients) {
  std::vector<ClientId> cohort;
  for (int c = 0; c < 24; ++c) cohort.push_back(ClientId{c});
  const auto placed = place(cohort, std::vector<double>(24, 10.0), std::vector<double>{1.0, 0.5});
  EXPECT_EQ(placed[0].size(), 16U);
  EXPECT_EQ(placed[1].size(), 8U);
}

}  // namespace
}  // namespace fedfr::fl
