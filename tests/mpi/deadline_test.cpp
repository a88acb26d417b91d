// Ranks that do not come, or come to something else, are errors in time instead of hangs.
#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "fedfr/comm/mpi_communicator.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "mpi_session.hpp"

namespace fedfr::test {
namespace {

constexpr double kDeadline = 1;

class Deadline : public testing::Test {
 protected:
  void SetUp() override {
    if (size_ == 1) GTEST_SKIP() << "needs several ranks";
  }
  /// No rank may start a test before the one that stayed away in the last one is back.
  void TearDown() override { MPI_Barrier(MPI_COMM_WORLD); }

  std::string error_of(const std::function<void()>& operation) {
    try {
      operation();
    } catch (const PeerError& error) {
      return error.what();
    }
    return "no error";
  }

  const int rank_ = mpi_session().rank();
  const int size_ = mpi_session().size();
  comm::MpiCommunicator comm_{mpi_session(), kDeadline, "under test"};
  // For ranks that all come, but late where other programs have the processors.
  comm::MpiCommunicator patient_{mpi_session(), 120, "under test"};
};

TEST_F(Deadline, NamesOperationAndMissingRank) {
  const int absent = size_ - 1;
  if (rank_ == absent) return;
  const Stopwatch watch;
  std::array<std::int64_t, 1> value{};
  const std::string text = error_of([&] { comm_.allreduce_sum(value); });
  EXPECT_GE(watch.seconds(), kDeadline);
  EXPECT_LT(watch.seconds(), kDeadline + 60);  // in time, also where other programs have the processors
  EXPECT_THAT(text, testing::HasSubstr("waited 1 s in allreduce_sum for " + comm_.rank_name(absent) + ":"));
}

TEST_F(Deadline, HoldsForEveryOperation) {
  std::array<double, 1> value{};
  std::array<std::byte, 1> byte{};
  const std::array<std::function<void(comm::Communicator&)>, 4> operations{
      [&](auto& comm) { comm.allreduce_max(value); }, [&](auto& comm) { comm.allgather_bytes(byte); },
      [&](auto& comm) { comm.broadcast(byte, 0); }, [](auto& comm) { comm.barrier(); }};
  for (const auto& operation : operations) {
    comm::MpiCommunicator fresh(mpi_session(), kDeadline, "under test");  // none survives an error
    if (rank_ != 0) {
      EXPECT_THAT(error_of([&] { operation(fresh); }), testing::HasSubstr("for " + fresh.rank_name(0)));
    }
    MPI_Barrier(MPI_COMM_WORLD);
  }
}

TEST_F(Deadline, LetsASlowRankComeBeforeIt) {
  if (rank_ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(error_of([this] { patient_.barrier(); }), "no error");
}

TEST_F(Deadline, RanksThatPartedAreToldSo) {
  std::array<std::int64_t, 2> values{};
  const std::string text =
      error_of([&] { rank_ == 0 ? patient_.barrier() : patient_.allreduce_sum(values); });
  EXPECT_THAT(text, testing::HasSubstr("the ranks have parted"));
  EXPECT_THAT(text, testing::HasSubstr("allreduce_sum of length 2"));
}

TEST_F(Deadline, DifferentLengthsAreAnError) {
  std::array<std::int64_t, 2> values{};
  const std::string text =
      error_of([&] { patient_.allreduce_sum(std::span(values).first(rank_ == 0 ? 1 : 2)); });
  EXPECT_THAT(text, testing::HasSubstr("the ranks have parted"));
}

}  // namespace
}  // namespace fedfr::test
