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

}  // namespace
}  // namespace fedfr::fl
