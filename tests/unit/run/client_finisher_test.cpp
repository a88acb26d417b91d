#include "fedfr/run/client_finisher.hpp"

#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <utility>

#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/core/error.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

using testing::Each;
using testing::HasSubstr;

constexpr std::uint64_t attempt = 5;

/// Beside a GPU and without one.
class ClientFinisherTest : public testing::TestWithParam<bool> {
 protected:
  static constexpr std::int64_t values = 1000;

  ClientFinisherTest() { store_.prepare(true); }

  std::shared_ptr<const fl::FinishedClient> client(std::int64_t id, float value) const {
    const at::Tensor shared = at::full({values}, value);
    fl::FinishedClient finished;
    finished.state[fl::kept::backbone] = shared;
    finished.update = {.client = ClientId{id}, .sample_weight = 1, .shared = shared, .sums = {}};
    finished.report = "{}";
    return std::make_shared<const fl::FinishedClient>(std::move(finished));
  }

  test::TempFolder folder_;
  fl::ClientStateStore store_{folder_.path(), 10, values* std::int64_t{sizeof(float)}};
  std::vector<float> start_ = std::vector<float>(values, 1.0F);
  fl::Aggregator aggregator_{{{"all", 0, values}}, start_, {.weight = 100}};
  ClientFinisher finisher_{
      &aggregator_, &store_, {.completed_rounds = 1, .attempt = attempt, .beside_gpu = GetParam()}};
};

TEST_P(ClientFinisherTest, AddsAllAndSavesThoseThatAreNotTakenOver) {
  finisher_.finish(client(0, 1));
  finisher_.take_over(client(1, 2));
  finisher_.finish(client(2, 6));
  finisher_.wait();
  comm::LocalCommunicator alone;
  EXPECT_THAT(aggregator_.finish(alone).mean, Each(3.0F));
  EXPECT_TRUE(store_.has_finished(ClientId{0}, 1, attempt));
  EXPECT_FALSE(store_.has_finished(ClientId{1}, 1, attempt));
  EXPECT_EQ(store_.load(ClientId{2}, 1)->at(fl::kept::backbone)[0].item<float>(), 6);
}

TEST_P(ClientFinisherTest, AnErrorIsOfTheClientThatItBelongsTo) {
  const auto fail = [&] {
    finisher_.finish(client(3, std::numeric_limits<float>::infinity()));
    finisher_.finish(client(4, 1));
  };
  EXPECT_THAT(fail, testing::ThrowsMessage<DataError>(HasSubstr("client 3")));
  EXPECT_NO_THROW(finisher_.wait()) << "it is reported once";
  EXPECT_FALSE(store_.has_finished(ClientId{3}, 1, attempt));
}

TEST_P(ClientFinisherTest, TheLastErrorIsNotLost) {
  std::filesystem::remove_all(folder_.path());
  EXPECT_THROW(
      {
        finisher_.finish(client(0, 1));
        finisher_.wait();
      },
      DataError);
}

INSTANTIATE_TEST_SUITE_P(, ClientFinisherTest, testing::Bool());

}  // namespace
}  // namespace fedfr::run
