// What every communicator promises, whatever moves the data.
#include "communicator_contract.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

#include "fedfr/comm/all_equal.hpp"

namespace fedfr::test {
namespace {

constexpr std::size_t kOverAChunk = (std::size_t{1} << 20) + 5;  // int64 elements; a chunk is 2^20 of them

std::vector<std::byte> pattern(std::size_t length, int seed) {
  std::vector<std::byte> bytes(length);
  for (std::size_t i = 0; i < length; ++i)
    bytes[i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(seed));
  return bytes;
}

}  // namespace

TEST_P(CommunicatorContract, KnowsItsPlace) {
  EXPECT_GE(rank_, 0);
  EXPECT_LT(rank_, size_);
  EXPECT_FALSE(comm_->description().empty());
}

TEST_P(CommunicatorContract, PartsAreGroupsOfTheirOwn) {
  const auto part = comm_->part(rank_ % 2);
  EXPECT_EQ(part->size(), (size_ + 1 - rank_ % 2) / 2);
  EXPECT_EQ(part->rank(), rank_ / 2);
  std::array<std::int64_t, 1> sum{rank_};
  part->allreduce_sum(sum);
  std::int64_t expected = 0;
  for (int rank = rank_ % 2; rank < size_; rank += 2) expected += rank;
  EXPECT_EQ(sum[0], expected);
  // The whole one still works, and knows its ranks.
  std::array<double, 1> largest{static_cast<double>(rank_)};
  comm_->allreduce_max(largest);
  EXPECT_EQ(largest[0], size_ - 1);
}

TEST_P(CommunicatorContract, SumsExactly) {
  const std::int64_t large = std::numeric_limits<std::int64_t>::max() / size_;
  std::array<std::int64_t, 4> values{rank_ + 1, -(rank_ + 1), large, (std::int64_t{1} << 53) + 1};
  comm_->allreduce_sum(values);
  const std::int64_t ranks = size_;
  const std::int64_t ranks_sum = ranks * (ranks + 1) / 2;
  EXPECT_EQ(values, (std::array<std::int64_t, 4>{ranks_sum, -ranks_sum, large * ranks,
                                                 ((std::int64_t{1} << 53) + 1) * ranks}));
}

TEST_P(CommunicatorContract, SumsMoreThanAChunk) {
  std::vector<std::int64_t> values(kOverAChunk), expected(kOverAChunk);
  const std::int64_t ranks = size_;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = (static_cast<std::int64_t>(i) << 20) + rank_;
    expected[i] = (static_cast<std::int64_t>(i) << 20) * ranks + ranks * (ranks - 1) / 2;
  }
  comm_->allreduce_sum(values);
  EXPECT_TRUE(values == expected);
}

TEST_P(CommunicatorContract, TellsWhetherAllHaveTheSameNumber) {
  constexpr std::uint64_t number = 0xfedcba9876543210U;
  EXPECT_TRUE(comm::all_equal(*comm_, number));
  for (const int bit : {0, 31, 32, 63}) {
    const auto other = number ^ (rank_ == size_ - 1 ? std::uint64_t{1} << static_cast<unsigned>(bit) : 0U);
    EXPECT_EQ(comm::all_equal(*comm_, other), size_ == 1) << bit;
  }
}

TEST_P(CommunicatorContract, FindsTheLargest) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::array<double, 3> values{static_cast<double>(rank_), -static_cast<double>(rank_),
                               rank_ == size_ - 1 ? -1e300 : -kInfinity};
  comm_->allreduce_max(values);
  EXPECT_EQ(values, (std::array<double, 3>{static_cast<double>(size_ - 1), 0.0, -1e300}));
}

TEST_P(CommunicatorContract, GathersDifferentLengths) {
  const auto all = comm_->allgather_bytes(pattern(static_cast<std::size_t>(rank_) * 3, rank_));
  ASSERT_EQ(std::ssize(all), size_);
  for (int r = 0; r < size_; ++r)
    EXPECT_EQ(all[static_cast<std::size_t>(r)], pattern(static_cast<std::size_t>(r) * 3, r)) << "rank " << r;
}

TEST_P(CommunicatorContract, GathersMoreThanAChunk) {
  const auto length = [this](int rank) { return rank == size_ - 1 ? kOverAChunk * 8 : 100; };
  const auto all = comm_->allgather_bytes(pattern(length(rank_), rank_));
  for (int r = 0; r < size_; ++r)
    EXPECT_TRUE(all[static_cast<std::size_t>(r)] == pattern(length(r), r)) << "rank " << r;
}

TEST_P(CommunicatorContract, BroadcastsFromEveryRoot) {
  for (int root = 0; root < size_; ++root) {
    const std::size_t length = root == size_ - 1 ? kOverAChunk * 8 : 1000;
    std::vector<std::byte> bytes(length);
    if (rank_ == root) bytes = pattern(length, root);
    comm_->broadcast(bytes, root);
    EXPECT_TRUE(bytes == pattern(length, root)) << length << " bytes from rank " << root;
  }
}

TEST_P(CommunicatorContract, TakesEmptySpans) {
  comm_->allreduce_sum({});
  comm_->allreduce_max({});
  comm_->broadcast({}, size_ - 1);
  EXPECT_EQ(comm_->allgather_bytes({}), std::vector<std::vector<std::byte>>(static_cast<std::size_t>(size_)));
}

TEST_P(CommunicatorContract, BarrierWaitsForTheLast) {
  using Clock = std::chrono::steady_clock;  // one clock for all processes of a machine
  if (rank_ == size_ - 1) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Clock::time_point came = Clock::now();
  comm_->barrier();
  const Clock::time_point left = Clock::now();
  for (const auto& bytes : comm_->allgather_bytes(std::as_bytes(std::span(&came, 1)))) {
    Clock::time_point other;
    std::memcpy(&other, bytes.data(), sizeof other);
    EXPECT_GE(left, other);
  }
}

TEST_P(CommunicatorContract, KeepsTheOrderOfManyOperations) {
  for (int i = 0; i < 200; ++i) {
    std::array<std::int64_t, 1> value{i};
    comm_->allreduce_sum(value);
    ASSERT_EQ(value[0], std::int64_t{i} * size_);
    std::array<std::byte, 1> byte{static_cast<std::byte>(rank_ == i % size_ ? i : 0)};
    comm_->broadcast(byte, i % size_);
    ASSERT_EQ(byte[0], static_cast<std::byte>(i));
  }
}

}  // namespace fedfr::test
