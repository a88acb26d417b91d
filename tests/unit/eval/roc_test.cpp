#include "fedfr/eval/roc.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"

namespace fedfr::eval {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

OperatingPoint at_far(std::vector<float> genuine, std::vector<float> impostor, double far) {
  return tar_at_far(genuine, impostor, std::vector{far}).front();
}

TEST(TarAtFar, AllowsExactlyTheFalseAcceptsOfTheTarget) {
  const std::vector<float> impostor{0.1F, 0.9F, 0.3F, 0.7F, 0.5F, 0.2F, 0.4F, 0.6F, 0.8F, 0.0F};
  const auto point = at_far({0.95F, 0.75F, 0.7F, 0.65F}, impostor, 0.2);
  EXPECT_FLOAT_EQ(static_cast<float>(point.threshold), 0.7F);  // the third largest
  EXPECT_DOUBLE_EQ(point.true_rate, 0.5);                      // 0.7 itself is not accepted
  EXPECT_DOUBLE_EQ(point.false_rate, 0.2);
  EXPECT_EQ(point.impostors, 10);
  EXPECT_TRUE(point.resolvable());
}

TEST(TarAtFar, DoesNotLoseAFalseAcceptToBinaryFractions) {
  EXPECT_EQ(allowed_false_accepts(0.29, 100), 29);  // 28.999999999999996
  EXPECT_EQ(allowed_false_accepts(1e-3, 3000), 3);
  EXPECT_EQ(allowed_false_accepts(1e-3, 2999), 2);
  EXPECT_EQ(impostors_needed(1e-4), 10000);
  EXPECT_EQ(impostors_needed(0.3), 4);
}

TEST(TarAtFar, TiesLowerTheAchievedRateAndNeverRaiseIt) {
  const auto point = at_far({0.5F, 0.6F}, {0.5F, 0.5F, 0.5F, 0.5F}, 0.5);
  EXPECT_DOUBLE_EQ(point.true_rate, 0.5);
  EXPECT_DOUBLE_EQ(point.false_rate, 0);
  EXPECT_DOUBLE_EQ(at_far({0.5F}, std::vector<float>(100, 0.5F), 0.1).true_rate, 0);  // a collapsed model
}

TEST(TarAtFar, SaysWhenThePairsCannotResolveTheTarget) {
  const auto point = at_far({0.9F, 0.1F}, {0.2F, 0.3F, 0.4F}, 0.1);
  EXPECT_FALSE(point.resolvable());
  EXPECT_DOUBLE_EQ(point.true_rate, 0.5);  // above the largest impostor score
}

TEST(TarAtFar, IsUndefinedWithoutScoresOfEitherKind) {
  const auto no_impostors = at_far({0.9F}, {}, 0.1);
  EXPECT_TRUE(std::isnan(no_impostors.true_rate));
  EXPECT_TRUE(std::isnan(no_impostors.false_rate));
  EXPECT_FALSE(no_impostors.resolvable());
  const auto no_genuine = at_far({}, {0.1F, 0.2F}, 0.5);
  EXPECT_TRUE(std::isnan(no_genuine.true_rate));
  EXPECT_DOUBLE_EQ(no_genuine.false_rate, 0.5);
}

TEST(TarAtFar, RefusesScoresThatAreNotNumbersAndImpossibleTargets) {
  EXPECT_THROW(at_far({kNan}, {0.1F}, 0.1), DataError);
  EXPECT_THROW(at_far({0.1F}, {0.5F, kNan, 0.1F}, 0.1), DataError);
  EXPECT_THROW(at_far({0.1F}, {-std::numeric_limits<float>::infinity()}, 0.1), DataError);
  for (const double far : {0.0, 1.0, -0.1, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THROW(at_far({0.1F}, {0.1F}, far), UsageError) << far;
}

TEST(LargestScores, KeepsThoseOfASortOfEverything) {
  RngStream random({.seed = 3, .purpose = Purpose::pairs});
  std::vector<float> all;
  LargestScores tail(10'000, 0.01);
  for (int i = 0; i < 10'000; ++i) {
    all.push_back(static_cast<float>(random.below(3000)));  // with many ties
    tail.add(all.back());
  }
  std::ranges::sort(all, std::greater<>{});
  all.resize(101);
  EXPECT_EQ(tail.count(), 10'000);
  EXPECT_EQ(std::move(tail).sorted(), all);
}

TEST(LargestScores, RefusesTargetsThatItWasNotMadeFor) {
  LargestScores tail(100, 0.01);
  for (int i = 0; i < 100; ++i) tail.add(static_cast<float>(i));
  EXPECT_THROW(operating_points({1.0F}, std::move(tail), std::vector{0.5}), UsageError);
}

TEST(LogarithmicRates, IncludeBothEnds) {
  const auto rates = logarithmic_rates(1e-3, 0.1, 2);
  ASSERT_EQ(rates.size(), 5U);
  EXPECT_DOUBLE_EQ(rates.front(), 1e-3);
  EXPECT_NEAR(rates[2], 1e-2, 1e-9);
  EXPECT_DOUBLE_EQ(rates.back(), 0.1);
}

TEST(CumulativeMatch, CountsRanksUpToR) {
  const std::vector<std::int64_t> ranks{1, 3, 1, 2};
  EXPECT_THAT(cumulative_match(ranks, 3), testing::ElementsAre(0.5, 0.75, 1.0));
  EXPECT_TRUE(std::isnan(cumulative_match({}, 1).front()));
}

}  // namespace
}  // namespace fedfr::eval
