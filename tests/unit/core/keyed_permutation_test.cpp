#include "fedfr/core/keyed_permutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace fedfr {
namespace {

std::vector<std::int64_t> order(std::uint64_t seed, std::int64_t size, std::uint64_t epoch = 0) {
  const KeyedPermutation permutation(
      {.seed = seed, .purpose = Purpose::batch_order, .round = 0, .client = 0, .epoch = epoch}, size);
  std::vector<std::int64_t> found;
  for (std::int64_t i = 0; i < size; ++i) found.push_back(permutation(i));
  return found;
}

TEST(KeyedPermutation, HoldsEachNumberOnce) {
  for (const std::int64_t size : {0, 1, 2, 3, 4, 5, 15, 16, 17, 255, 257, 1000, 65537}) {
    auto found = order(7, size);
    std::ranges::sort(found);
    std::vector<std::int64_t> all(static_cast<std::size_t>(size));
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(found, all) << size;
  }
}

TEST(KeyedPermutation, FollowsFromItsKey) {
  EXPECT_EQ(order(7, 1000), order(7, 1000));
  EXPECT_NE(order(7, 1000), order(8, 1000));
  EXPECT_NE(order(7, 1000), order(7, 1000, 1));
}

/// Of a good shuffle, neighbours end as far apart as any two numbers: n / 3 on average.
TEST(KeyedPermutation, TearsNeighboursApart) {
  constexpr std::int64_t size = 100'000;
  const auto found = order(3, size);
  double distance = 0;
  std::int64_t fixed = 0;
  for (std::size_t i = 1; i < found.size(); ++i) {
    distance += std::abs(static_cast<double>(found[i] - found[i - 1]));
    fixed += found[i] == static_cast<std::int64_t>(i) ? 1 : 0;
  }
  EXPECT_NEAR(distance / size, size / 3.0, size / 100.0);
  EXPECT_LT(fixed, 10);  // 1 is expected
}

/// Every number may come to every place: over many keys, each place sees all of a small set equally often.
TEST(KeyedPermutation, PrefersNoPlace) {
  constexpr std::int64_t size = 6;
  constexpr int keys = 12'000;
  std::vector<int> seen(size * size, 0);
  for (int key = 0; key < keys; ++key) {
    const auto found = order(static_cast<std::uint64_t>(key), size);
    for (std::size_t i = 0; i < size; ++i) ++seen[i * size + static_cast<std::size_t>(found[i])];
  }
  const double expected = static_cast<double>(keys) / size;
  for (const int count : seen) EXPECT_NEAR(count, expected, 6 * std::sqrt(expected));
}

}  // namespace
}  // namespace fedfr
