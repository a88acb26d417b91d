#include "fedfr/eval/score_selection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"

namespace fedfr::eval {
namespace {

/// Many equal ones, both zeros and both signs.
std::vector<float> awkward_scores(std::uint64_t seed, std::size_t count) {
  RngStream random({.seed = seed, .purpose = Purpose::pairs});
  std::vector<float> scores;
  for (std::size_t i = 0; i < count; ++i) {
    const double kind = random.uniform();
    if (kind < 0.1)
      scores.push_back(0.0F);
    else if (kind < 0.2)
      scores.push_back(-0.0F);
    else if (kind < 0.4)
      scores.push_back(static_cast<float>(random.below(5)) / 4 - 0.5F);
    else if (kind < 0.5)
      scores.push_back(std::nextafter(0.25F, random.coin() ? 1.0F : -1.0F));
    else
      scores.push_back(static_cast<float>(random.uniform(-1, 1)));
  }
  return scores;
}

ScorePass in_pieces(const std::vector<float>& genuine, const std::vector<float>& impostor) {
  return [&](const TakeScores& take) {
    const std::span g(genuine), i(impostor);
    take(i.first(i.size() / 3), false);
    take(g, true);
    take(i.subspan(i.size() / 3), false);
  };
}

/// Thresholds and counts are those of a sorted list, which tar_at_far makes.
TEST(StreamedOperatingPoints, AreThoseOfSorting) {
  const std::vector<double> targets{0.5, 0.1, 0.29, 1e-2, 1e-3, 1e-6};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto genuine = awkward_scores(2 * seed, 500),
               impostor = awkward_scores(2 * seed + 1, 100 + 97 * seed);
    const auto streamed = streamed_operating_points(in_pieces(genuine, impostor), targets);
    const auto sorted = tar_at_far(genuine, impostor, targets);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      EXPECT_EQ(streamed[t].threshold, sorted[t].threshold) << seed << ' ' << targets[t];
      EXPECT_EQ(streamed[t].true_rate, sorted[t].true_rate) << seed << ' ' << targets[t];
      EXPECT_EQ(streamed[t].false_rate, sorted[t].false_rate) << seed << ' ' << targets[t];
      EXPECT_EQ(streamed[t].impostors, sorted[t].impostors);
    }
  }
}

TEST(StreamedOperatingPoints, AreUndefinedWithoutScores) {
  const std::vector<double> targets{0.1};
  const auto none = streamed_operating_points(in_pieces({0.5F}, {}), targets);
  EXPECT_TRUE(std::isnan(none[0].threshold));
  EXPECT_TRUE(std::isnan(streamed_operating_points(in_pieces({}, {0.5F}), targets)[0].true_rate));
}

TEST(StreamedOperatingPoints, RefuseWhatIsNoScoreAndNoRate) {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(streamed_operating_points(in_pieces({nan}, {0.5F}), std::vector{0.1}), DataError);
  EXPECT_THROW(streamed_operating_points(in_pieces({0.5F}, {nan}), std::vector{0.1}), DataError);
  EXPECT_THROW(streamed_operating_points(in_pieces({0.5F}, {0.5F}), std::vector{1.0}), UsageError);
}

}  // namespace
}  // namespace fedfr::eval
