#include "fedfr/core/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace fedfr {
namespace {

TEST(RngStream, EachPartOfTheKeyMatters) {
  std::set<std::uint64_t> first;
  first.insert(RngStream({.seed = 1, .purpose = Purpose::cohort}).next());
  first.insert(RngStream({.seed = 2, .purpose = Purpose::cohort}).next());
  first.insert(RngStream({.seed = 1, .purpose = Purpose::flip}).next());
  first.insert(RngStream({.seed = 1, .purpose = Purpose::cohort, .round = 1}).next());
  first.insert(RngStream({.seed = 1, .purpose = Purpose::cohort, .client = 1}).next());
  first.insert(RngStream({.seed = 1, .purpose = Purpose::cohort, .epoch = 1}).next());
  EXPECT_EQ(first.size(), 6U);
}

TEST(RngStream, ItsNumbersArePartOfEveryResultAndNeverChange) {
  RngStream stream({.seed = 100, .purpose = Purpose::batch_order, .round = 3, .client = 7, .epoch = 1});
  const std::uint64_t first = stream.next();
  const std::uint64_t second = stream.next();
  EXPECT_EQ(first, 0x268E8C5DD4955DCCULL);
  EXPECT_EQ(second, 0x48D74774330ECCE5ULL);
}

TEST(RngStream, MomentsOfTheDistributions) {
  RngStream stream({.seed = 5, .purpose = Purpose::split});
  constexpr int draws = 200'000;
  double uniform = 0;
  double normal = 0;
  double square = 0;
  double gamma_small = 0;
  double gamma_large = 0;
  for (int i = 0; i < draws; ++i) {
    uniform += stream.uniform();
    const double x = stream.normal();
    normal += x;
    square += x * x;
    gamma_small += stream.gamma(0.3);
    gamma_large += stream.gamma(4.0);
  }
  EXPECT_NEAR(uniform / draws, 0.5, 0.005);
  EXPECT_NEAR(normal / draws, 0, 0.01);
  EXPECT_NEAR(square / draws, 1, 0.02);
  EXPECT_NEAR(gamma_small / draws, 0.3, 0.01);
  EXPECT_NEAR(gamma_large / draws, 4.0, 0.03);
}

TEST(RngStream, BelowReachesEveryValueAndShuffleKeepsAll) {
  RngStream stream({.seed = 9, .purpose = Purpose::pairs});
  std::vector<int> seen(7, 0);
  for (int i = 0; i < 7000; ++i) ++seen[stream.below(7)];
  for (const int count : seen) EXPECT_NEAR(count, 1000, 150);
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  const auto sorted = items;
  stream.shuffle(std::span(items));
  EXPECT_NE(items, sorted);
  std::ranges::sort(items);
  EXPECT_EQ(items, sorted);
}

}  // namespace
}  // namespace fedfr
