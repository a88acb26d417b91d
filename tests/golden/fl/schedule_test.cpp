// Case k: epochs and learning rates of twenty rounds; case l: the released program's choice of clients.
#include "fedfr/fl/schedule.hpp"

#include <gtest/gtest.h>

#include "fedfr/fl/server/cohort.hpp"
#include "support/golden.hpp"

namespace fedfr::fl {
namespace {

TEST(GoldenK, EpochsAndLearningRatesOfEveryRound) {
  FEDFR_NEEDS_GOLDEN("k_schedule.h5");
  const test::GoldenFile file("k_schedule.h5");
  for (const auto& group : file.children(".")) {
    SCOPED_TRACE(group);
    const ScheduleConfig config{.local_epochs = static_cast<int>(file.number(group, "local_epoch")),
                                .adaptive_epochs = file.number(group, "adaptive") != 0,
                                .learning_rate = file.number(group, "lr"),
                                .lr_step = static_cast<int>(file.number(".", "first_round_lr_step")),
                                .lr_gamma = file.number(".", "gamma")};
    const auto epochs = file.ints(group + "/epochs");
    const auto rates = file.doubles(group + "/lr");
    const std::size_t width = rates.size() / epochs.size();
    for (std::size_t round = 0; round < epochs.size(); ++round) {
      const auto own = learning_rates(config, static_cast<int>(round));
      ASSERT_EQ(std::ssize(own), epochs[round]) << round;
      for (std::size_t e = 0; e < own.size(); ++e)
        EXPECT_DOUBLE_EQ(own[e], rates[round * width + e]) << round;
    }
  }
}

TEST(GoldenL, ReleasedClientSampling) {
  FEDFR_NEEDS_GOLDEN("l_split.h5");
  const test::GoldenFile file("l_split.h5");
  const std::string root = "client_sampling_seed100";
  for (const auto& group : file.children(root)) {  // for example n40_ratio0.5
    SCOPED_TRACE(group);
    const auto clients = std::stoll(group.substr(1));
    const double share = std::stod(group.substr(group.find("ratio") + 5));
    const auto expected = file.ints(root + "/" + group + "/rounds");
    const auto shape = file.shape(root + "/" + group + "/rounds");
    for (std::int64_t round = 0; round < shape[0]; ++round) {
      const auto cohort = sample_cohort(100, static_cast<int>(round), clients, share, CohortStream::released);
      ASSERT_EQ(std::ssize(cohort), shape[1]);
      for (std::size_t i = 0; i < cohort.size(); ++i)
        EXPECT_EQ(value(cohort[i]), expected[static_cast<std::size_t>(round * shape[1]) + i]) << round;
    }
  }
}

}  // namespace
}  // namespace fedfr::fl
