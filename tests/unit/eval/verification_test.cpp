#include "fedfr/eval/verification.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "fedfr/core/error.hpp"

namespace fedfr::eval {
namespace {

/// Unit vectors in the plane; the angle between them decides the distance.
std::vector<float> directions(const std::vector<double>& degrees) {
  std::vector<float> values;
  for (const double angle : degrees) {
    values.push_back(static_cast<float>(std::cos(angle * std::numbers::pi / 180)));
    values.push_back(static_cast<float>(std::sin(angle * std::numbers::pi / 180)));
  }
  return values;
}

const std::vector<double> kFars{0.5, 0.1};

/// Image 0 looks along 0 degrees, image i along 10 i degrees.
const std::vector<float> kFan = directions({0, 10, 20, 30, 40, 50, 60, 70, 80, 90});

std::vector<data::Pair> separable_pairs() {
  std::vector<data::Pair> pairs;
  for (int fold = 0; fold < 3; ++fold)
    for (const std::int64_t image : {1, 2, 7, 8})
      pairs.push_back({.first = 0, .second = image, .genuine = image < 5, .fold = fold});
  return pairs;
}

TEST(VerifyPairs, SeparatesWhatIsSeparable) {
  const auto scores = verify_pairs({kFan, 2}, separable_pairs(), kFars);
  EXPECT_DOUBLE_EQ(scores.accuracy, 1);
  EXPECT_DOUBLE_EQ(scores.accuracy_deviation, 0);
  EXPECT_DOUBLE_EQ(scores.accuracy_interval.low, 1);
  EXPECT_EQ(scores.genuine_pairs, 6);
  EXPECT_EQ(scores.impostor_pairs, 6);
  ASSERT_EQ(scores.folds.size(), 3U);
  // 20 degrees are a squared distance of 4 sin(10)^2 = 0.1206: the first threshold above it wins
  for (const auto& fold : scores.folds) EXPECT_DOUBLE_EQ(fold.threshold, 0.13);
  EXPECT_DOUBLE_EQ(scores.tar_at_far[0].true_rate, 1);
  EXPECT_TRUE(scores.tar_at_far[0].resolvable());
  EXPECT_FALSE(scores.tar_at_far[1].resolvable());
}

TEST(VerifyPairs, ChoosesTheThresholdOnTheOtherFoldsOnly) {
  // fold 1 alone would put the threshold beyond 60 degrees; fold 0 keeps it below 20
  const std::vector<data::Pair> pairs{{0, 1, true, 0}, {0, 2, false, 0}, {0, 6, true, 1}, {0, 9, false, 1}};
  const auto scores = verify_pairs({kFan, 2}, pairs, kFars);
  EXPECT_DOUBLE_EQ(scores.folds[0].accuracy, 0.5);
  EXPECT_DOUBLE_EQ(scores.folds[1].accuracy, 0.5);
  EXPECT_EQ(scores.correct, (std::vector<std::uint8_t>{1, 0, 0, 1}));
}

TEST(VerifyPairs, GivesTheStudentIntervalOfTheFolds) {
  auto pairs = separable_pairs();
  pairs[2].genuine = true;  // one of four pairs of fold 0 becomes wrong
  const auto scores = verify_pairs({kFan, 2}, pairs, kFars);
  EXPECT_DOUBLE_EQ(scores.accuracy, (0.75 + 1 + 1) / 3);
  EXPECT_NEAR(scores.accuracy_deviation, 0.25 * std::sqrt(2.0) / 3, 1e-12);
  const double standard_error = 0.25 / std::sqrt(3.0) / std::sqrt(3.0);
  EXPECT_NEAR(scores.accuracy_interval.low, scores.accuracy - 4.303 * standard_error, 1e-12);
  EXPECT_DOUBLE_EQ(scores.accuracy_interval.high, 1);  // an accuracy is at most 1
}

TEST(VerifyPairs, ChoosesTheThresholdOfASingleFoldOnItselfAndSaysSo) {
  const std::vector<data::Pair> pairs{{0, 1, true, 4}, {0, 2, true, 4}, {0, 3, false, 4}, {0, 9, false, 4}};
  const auto scores = verify_pairs({kFan, 2}, pairs, kFars);
  EXPECT_TRUE(scores.one_fold);
  EXPECT_DOUBLE_EQ(scores.accuracy, 1);
  EXPECT_DOUBLE_EQ(scores.folds.at(0).threshold, 0.13);
  EXPECT_DOUBLE_EQ(scores.accuracy_deviation, 0);
  EXPECT_TRUE(std::isnan(scores.accuracy_interval.low));
  EXPECT_EQ(scores.correct, (std::vector<std::uint8_t>{1, 1, 1, 1}));
  EXPECT_FALSE(verify_pairs({kFan, 2}, separable_pairs(), kFars).one_fold);
}

TEST(VerifyPairs, RefusesWhatItCannotScore) {
  auto pairs = separable_pairs();
  pairs.back().second = 10;
  EXPECT_THROW(verify_pairs({kFan, 2}, pairs, kFars), DataError);
  EXPECT_THROW(verify_pairs({kFan, 2}, {}, kFars), DataError);
  auto diverged = kFan;
  diverged[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(verify_pairs({diverged, 2}, separable_pairs(), kFars), DataError);
}

TEST(VerifyPairs, AllowsPairsOfOneKindOnly) {
  const std::vector<data::Pair> pairs{{0, 1, true, 0}, {0, 2, true, 1}};
  const auto scores = verify_pairs({kFan, 2}, pairs, kFars);
  EXPECT_TRUE(std::isnan(scores.tar_at_far[0].true_rate));
  EXPECT_TRUE(scores.roc.empty());
}

TEST(CompareVerification, CountsOnlyThePairsThatDiffer) {
  VerificationScores before, after;
  before.correct = {1, 1, 1, 0, 0, 0, 0, 1, 1, 1};
  after.correct = {1, 1, 0, 1, 1, 1, 0, 1, 1, 1};
  const auto difference = compare_verification(before, after);
  EXPECT_DOUBLE_EQ(difference.difference, 0.2);
  EXPECT_EQ(difference.only_before, 1);
  EXPECT_EQ(difference.only_after, 3);
  const double standard_error = std::sqrt(4 - 4.0 / 10) / 10;  // of the mean of 3 ones, 1 minus one, 6 zeros
  EXPECT_NEAR(difference.interval.low, 0.2 - 1.96 * standard_error, 1e-12);
  EXPECT_NEAR(difference.interval.high, 0.2 + 1.96 * standard_error, 1e-12);
  after.correct.pop_back();
  EXPECT_THROW(compare_verification(before, after), UsageError);
}

}  // namespace
}  // namespace fedfr::eval
