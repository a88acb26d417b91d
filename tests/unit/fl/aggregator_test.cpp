#include "fedfr/fl/server/aggregator.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"

namespace fedfr::fl {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::int64_t size = 1001;
const std::vector<SharedTensor> layout = {{"first", 0, 600}, {"second", 600, 401}};

std::vector<ClientUpdate> make_updates(int clients) {
  RngStream random({.seed = 1, .purpose = Purpose::initialise_backbone});
  std::vector<ClientUpdate> updates;
  for (int c = 0; c < clients; ++c) {
    at::Tensor shared = at::empty({size}, at::kFloat);
    // Magnitudes over many powers of two, as weights and biases have.
    for (std::int64_t i = 0; i < size; ++i)
      shared.data_ptr<float>()[i] =
          static_cast<float>(random.normal() * std::exp2(-static_cast<double>(i % 12)));
    updates.push_back({ClientId{c}, static_cast<std::int64_t>(1 + random.below(5000)), shared, {}});
  }
  return updates;
}

std::int64_t total_weight(const std::vector<ClientUpdate>& updates) {
  return std::accumulate(updates.begin(), updates.end(), std::int64_t{0},
                         [](std::int64_t sum, const ClientUpdate& u) { return sum + u.sample_weight; });
}

std::vector<float> aggregate(const std::vector<ClientUpdate>& updates, std::int64_t bound) {
  const std::vector<float> global(size, 0.5F);
  Aggregator aggregator(layout, global, {.weight = bound});
  for (const auto& update : updates) aggregator.add(update);
  comm::LocalCommunicator alone;
  return aggregator.finish(alone).mean;
}

TEST(Aggregator, WithinOneUnitInTheLastPlaceOfTheExactMean) {
  const auto updates = make_updates(40);
  const auto mean = aggregate(updates, total_weight(updates) * 3);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    long double exact = 0;
    for (const auto& update : updates)
      exact += static_cast<long double>(update.sample_weight) * update.shared.const_data_ptr<float>()[i];
    exact /= static_cast<long double>(total_weight(updates));
    const auto nearest = static_cast<float>(exact);
    const float ulp =
        std::nextafter(std::abs(nearest), std::numeric_limits<float>::infinity()) - std::abs(nearest);
    EXPECT_LE(std::abs(mean[i] - nearest), ulp) << i;
  }
}

TEST(Aggregator, TheOrderOfClientsDoesNotChangeABit) {
  auto updates = make_updates(23);
  const auto bound = total_weight(updates);
  const auto mean = aggregate(updates, bound);
  RngStream random({.seed = 2, .purpose = Purpose::split});
  for (int trial = 0; trial < 5; ++trial) {
    random.shuffle(std::span(updates));
    EXPECT_EQ(aggregate(updates, bound), mean);
  }
}

TEST(Aggregator, ASingleClientComesBackUnchanged) {
  const auto updates = make_updates(1);
  const auto mean = aggregate(updates, 1 << 20);
  for (std::size_t i = 0; i < mean.size(); ++i)
    EXPECT_EQ(mean[i], updates[0].shared.const_data_ptr<float>()[i]) << i;
}

/// With the bound 64 of small weights and a sum of weights of 1 a value is stored times 2^55.
TEST(Aggregator, AnUpdateIsRoundedToTheNearestAndToEven) {
  RngStream random({.seed = 3, .purpose = Purpose::initialise_backbone});
  at::Tensor shared = at::empty({size}, at::kFloat);
  for (std::int64_t i = 0; i < size; ++i) {
    const double halves = static_cast<double>(random.below(1U << 20)) - (1 << 19);
    const int exponent = i % 3 == 0 ? -56 : -56 + static_cast<int>(random.below(40));
    shared.data_ptr<float>()[i] = static_cast<float>(std::ldexp(halves, exponent));
  }
  const auto mean = aggregate({{ClientId{0}, 1, shared, {}}}, 1);
  for (std::int64_t i = 0; i < size; ++i) {
    const double stored = static_cast<double>(std::llrint(std::ldexp(shared.data_ptr<float>()[i], 55)));
    EXPECT_EQ(mean[static_cast<std::size_t>(i)], static_cast<float>(std::ldexp(stored, -55))) << i;
  }
}

TEST(Aggregator, DivergenceNamesClientAndTensor) {
  for (const float bad :
       {1e6F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto updates = make_updates(3);
    updates[1].shared.data_ptr<float>()[700] = bad;
    EXPECT_THAT([&] { aggregate(updates, 1 << 20); },
                ThrowsMessage<DataError>(testing::AllOf(HasSubstr("client 1"), HasSubstr("second"))));
  }
}

TEST(Aggregator, ACohortWithoutContributionsIsAnError) { EXPECT_THROW(aggregate({}, 100), DataError); }

TEST(Aggregator, AnUpdateOfAnotherModelIsRefused) {
  auto updates = make_updates(1);
  updates[0].shared = updates[0].shared.narrow(0, 0, 10).clone();
  EXPECT_THROW(aggregate(updates, 1 << 20), DataError);
  updates = make_updates(1);
  updates[0].sample_weight = 0;
  EXPECT_THROW(aggregate(updates, 1 << 20), DataError);
}

/// Two clients, of the weights 1 and 3.
class ExtraSums : public testing::Test {
 protected:
  static at::Tensor filled(std::int64_t values, float value) { return at::full({values}, value); }
  static ClientUpdate update(std::int64_t weight, float plain, float weighted) {
    return {ClientId{weight},
            weight,
            filled(size, 0),
            {{"plain", filled(size, plain)}, {"one", filled(1, weighted)}}};
  }
  RoundSum sum(const std::vector<ClientUpdate>& updates) const {
    Aggregator aggregator(layout, std::vector<float>(size, 0.5F), {.weight = 4, .clients = 2}, sums_);
    for (const auto& one : updates) aggregator.add(one);
    comm::LocalCommunicator alone;
    return aggregator.finish(alone);
  }
  std::vector<ExtraSum> sums_ = {
      {.name = "plain", .what = "", .bound = 8, .value = {}},
      {.name = "one", .what = "", .size = 1, .mean = ExtraSum::Mean::by_samples, .bound = 1000, .value = {}}};
};

TEST_F(ExtraSums, AreMeansByClientsOrBySamples) {
  const RoundSum both = sum({update(1, 1, 900), update(3, 2, 100)});
  EXPECT_EQ(both.weight, 4);
  EXPECT_EQ(both.clients, 2);
  EXPECT_EQ(both.extras.at("plain"), std::vector<float>(size, 1.5F));
  EXPECT_EQ(both.extras.at("one"), std::vector<float>(1, 300));
}

TEST_F(ExtraSums, BeyondTheBoundTheyNameClientAndVector) {
  EXPECT_THAT([&] { sum({update(3, 17, 0)}); },
              ThrowsMessage<DataError>(testing::AllOf(HasSubstr("client 3"), HasSubstr("plain"))));
}

TEST_F(ExtraSums, WhatWasNotDeclaredIsRefused) {
  auto more = update(1, 1, 1);
  more.sums["heads"] = filled(3, 1);
  EXPECT_THROW(sum({more}), DataError);
  auto larger = update(1, 1, 1);
  larger.sums["one"] = filled(2, 1);
  EXPECT_THAT([&] { sum({larger}); }, ThrowsMessage<DataError>(HasSubstr("one")));
  sums_[0].bound = 0;
  EXPECT_THROW(sum({update(1, 1, 1)}), std::logic_error);
}

}  // namespace
}  // namespace fedfr::fl
