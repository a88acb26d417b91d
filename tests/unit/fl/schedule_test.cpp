#include "fedfr/fl/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedfr::fl {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

TEST(Schedule, LaterRoundsAreShorterWhenAdaptive) {
  const ScheduleConfig config{.local_epochs = 10};
  EXPECT_EQ(learning_rates(config, 0).size(), 10U);
  EXPECT_EQ(learning_rates(config, 1).size(), 8U);
  EXPECT_EQ(learning_rates(config, 2).size(), 6U);
  EXPECT_EQ(learning_rates(config, 1'000'000'000).size(), 4U);
  EXPECT_EQ(learning_rates({.local_epochs = 1}, 1).size(), 4U);  // the released rule has a floor of four
  EXPECT_EQ(learning_rates({.local_epochs = 1, .adaptive_epochs = false}, 1).size(), 1U);
}

TEST(Schedule, TheRateDropsWithinARoundAndOverRounds) {
  const ScheduleConfig within{.local_epochs = 3, .adaptive_epochs = false, .learning_rate = 1, .lr_step = 2};
  EXPECT_THAT(learning_rates(within, 5), ElementsAre(1, 1, DoubleEq(0.1)));
  const ScheduleConfig over{.local_epochs = 1,
                            .adaptive_epochs = false,
                            .learning_rate = 1,
                            .lr_round_step = 10,
                            .lr_round_gamma = 0.5};
  EXPECT_THAT(learning_rates(over, 9), ElementsAre(1));
  EXPECT_THAT(learning_rates(over, 20), ElementsAre(0.25));
}

/// Rates of the steps of a round, epoch after epoch.
std::vector<double> steps_of(const ScheduleConfig& config, int round, std::int64_t steps) {
  const RoundRates rates = round_rates(config, round);
  std::vector<double> all;
  for (int epoch = 0; epoch < rates.epochs(); ++epoch)
    for (std::int64_t step = 0; step < steps; ++step) all.push_back(rates.at(epoch, step, steps));
  return all;
}

TEST(Schedule, ACurveRunsInEachRoundOrOverSome) {
  ScheduleConfig config{.local_epochs = 2,
                        .adaptive_epochs = false,
                        .learning_rate = 8,
                        .curve = RateCurve::polynomial,
                        .by_steps = true};
  EXPECT_THAT(steps_of(config, 0, 2), ElementsAre(8, 6, 4, 2));
  EXPECT_THAT(steps_of(config, 7, 2), ElementsAre(8, 6, 4, 2));
  config.curve_rounds = 2;
  EXPECT_THAT(steps_of(config, 0, 2), ElementsAre(8, 7, 6, 5));
  EXPECT_THAT(steps_of(config, 1, 2), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(steps_of(config, 2, 2), ElementsAre(0, 0, 0, 0));
  // A client of twice as many images has fallen as far after as many epochs.
  EXPECT_THAT(steps_of(config, 1, 4), ElementsAre(4, 3.5, 3, 2.5, 2, 1.5, 1, 0.5));
}

TEST(Schedule, ACurveByEpochsRisesByStepsFirst) {
  ScheduleConfig config{.local_epochs = 3,
                        .adaptive_epochs = false,
                        .learning_rate = 8,
                        .curve = RateCurve::polynomial,
                        .warmup_epochs = 1};
  EXPECT_THAT(steps_of(config, 0, 2), ElementsAre(0, 4, 8, 8, 4, 4));
  // Half of the first epoch rises, the other half runs at the full rate.
  config.warmup_epochs = 0.5;
  config.learning_rate = 10;
  EXPECT_THAT(steps_of(config, 0, 2), ElementsAre(0, 10, DoubleEq(8), DoubleEq(8), DoubleEq(4), DoubleEq(4)));
}

TEST(Schedule, CurvesKnowTheEpochsOfAdaptiveRounds) {
  // 6, 4 and 4 epochs.
  const ScheduleConfig config{
      .local_epochs = 6, .learning_rate = 14, .curve = RateCurve::polynomial, .curve_rounds = 3};
  EXPECT_THAT(steps_of(config, 0, 1),
              ElementsAre(DoubleEq(14), DoubleEq(13), DoubleEq(12), DoubleEq(11), DoubleEq(10), DoubleEq(9)));
  EXPECT_THAT(steps_of(config, 2, 1), ElementsAre(DoubleEq(4), DoubleEq(3), DoubleEq(2), DoubleEq(1)));
}

TEST(Schedule, MilestonesAreEpochsOfTheCurveAndRoundsLowerItsHeight) {
  const ScheduleConfig config{.local_epochs = 2,
                              .adaptive_epochs = false,
                              .learning_rate = 1,
                              .lr_gamma = 0.5,
                              .lr_round_step = 2,
                              .lr_round_gamma = 0.25,
                              .curve = RateCurve::multistep,
                              .curve_rounds = 3,
                              .milestones = {1, 2.5}};
  EXPECT_THAT(steps_of(config, 0, 2), ElementsAre(1, 1, 0.5, 0.5));
  EXPECT_THAT(steps_of(config, 1, 2), ElementsAre(0.5, 0.25, 0.25, 0.25));
  EXPECT_THAT(steps_of(config, 2, 2), ElementsAre(0.0625, 0.0625, 0.0625, 0.0625));
}

TEST(Schedule, ByStepItIsTheReleasedProgramsRule) {
  const ScheduleConfig config{.local_epochs = 10};
  for (int round = 0; round < 3; ++round) {
    const auto expected = learning_rates(config, round);
    EXPECT_EQ(steps_of(config, round, 1), expected);
    EXPECT_EQ(std::ssize(expected), epochs_in_round(config, round));
  }
  EXPECT_EQ(RoundRates({3, 2}).at(5, 0, 1), 2) << "a longer phase goes on with the last epoch's";
}

}  // namespace
}  // namespace fedfr::fl
