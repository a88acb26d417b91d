#include "fedfr/run/load_balance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedfr::run {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(LoadBalance, SpeedsComeToWhatIsMeasured) {
  const std::vector<double> even = {20, 20};
  const std::vector<double> uneven = {30, 10};
  EXPECT_THAT(LoadBalance::updated(std::vector<double>{0, 0}, uneven), ElementsAre(1.5, 0.5)) << "at once";
  std::vector<double> speeds = LoadBalance::updated(std::vector<double>{0, 0}, even);
  for (int round = 0; round < 20; ++round) speeds = LoadBalance::updated(speeds, uneven);
  EXPECT_THAT(speeds, ElementsAre(DoubleNear(1.5, 1e-4), DoubleNear(0.5, 1e-4))) << "after a change";
}

TEST(LoadBalance, ARankWithoutWorkIsTriedAgain) {
  const auto speeds = LoadBalance::updated(std::vector<double>{1.9, 0.1}, std::vector<double>{20, 0});
  EXPECT_GT(speeds[1], 0.5);
}

TEST(LoadBalance, ARoundWithoutWorkTeachesNothing) {
  EXPECT_THAT(LoadBalance::updated(std::vector<double>{1.2, 0.8}, std::vector<double>{0, 0}),
              ElementsAre(1.2, 0.8));
}

ClientRecord record(std::int64_t client, int rank, double seconds, std::int64_t hard_negatives) {
  ClientRecord out{.client = ClientId{client}, .rank = rank, .seconds = seconds, .statistics = {}};
  out.statistics.local_images = 10;
  out.statistics.hard_negatives = hard_negatives;
  out.statistics.images = 10 + hard_negatives;
  return out;
}

TEST(LoadBalance, ClientsWithManyHardNegativesCountForMore) {
  LoadBalance balance(2);
  const std::vector<ClientId> cohort = {ClientId{0}, ClientId{1}, ClientId{2}, ClientId{3}};
  const std::vector<std::int64_t> local(4, 10);
  EXPECT_THAT(balance.place(cohort, local), ElementsAre(testing::SizeIs(2), testing::SizeIs(2)));
  // Both ranks make ten images a second; client 0 has as many as the three others together.
  balance.learn(std::vector{record(0, 0, 3, 20), record(1, 1, 1, 0), record(2, 1, 1, 0), record(3, 1, 1, 0)});
  EXPECT_THAT(balance.place(cohort, local),
              ElementsAre(ElementsAre(ClientId{0}), ElementsAre(ClientId{1}, ClientId{2}, ClientId{3})));
}

TEST(LoadBalance, SlowRanksGetFewerClients) {
  LoadBalance balance(2);
  balance.learn(std::vector{record(0, 0, 1, 0), record(1, 1, 3, 0)});
  const std::vector<ClientId> cohort = {ClientId{0}, ClientId{1}, ClientId{2}, ClientId{3}};
  EXPECT_THAT(balance.place(cohort, std::vector<std::int64_t>(4, 10)),
              ElementsAre(testing::SizeIs(3), testing::SizeIs(1)));
}

TEST(LoadBalance, WhatHasFinishedCostsNothing) {
  LoadBalance balance(2);
  const std::vector<ClientId> cohort = {ClientId{0}, ClientId{1}, ClientId{2}};
  const auto placed = balance.place(cohort, std::vector<std::int64_t>{0, 10, 10});
  for (const auto& clients : placed)
    EXPECT_EQ(std::ranges::count_if(clients, [](ClientId c) { return c != ClientId{0}; }), 1);
}

}  // namespace
}  // namespace fedfr::run
