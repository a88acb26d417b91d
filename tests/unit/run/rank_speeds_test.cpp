#include "fedfr/run/rank_speeds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedfr::run {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(RankSpeeds, ComeToWhatIsMeasured) {
  std::vector<double> speeds = {1, 1};
  const std::vector<double> measured = {30, 10};
  for (int round = 0; round < 20; ++round) speeds = RankSpeeds::updated(speeds, measured);
  EXPECT_THAT(speeds, ElementsAre(DoubleNear(1.5, 1e-4), DoubleNear(0.5, 1e-4)));
}

TEST(RankSpeeds, ARankWithoutWorkIsTriedAgain) {
  const auto speeds = RankSpeeds::updated(std::vector<double>{1.9, 0.1}, std::vector<double>{20, 0});
  EXPECT_GT(speeds[1], 0.5);
}

TEST(RankSpeeds, ARoundWithoutWorkTeachesNothing) {
  EXPECT_THAT(RankSpeeds::updated(std::vector<double>{1.2, 0.8}, std::vector<double>{0, 0}),
              ElementsAre(1.2, 0.8));
}

}  // namespace
}  // namespace fedfr::run
