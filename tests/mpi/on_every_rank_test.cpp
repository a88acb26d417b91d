#include "fedfr/comm/on_every_rank.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "fedfr/comm/make_communicator.hpp"
#include "fedfr/comm/topology.hpp"
#include "mpi_session.hpp"

// An error of one rank becomes one of all. Where a single rank fails it is the last one, so that rank 0 has
// to hear of it.
namespace fedfr::test {
namespace {

class OnEveryRank : public testing::Test {
 protected:
  /// What came out of it, as "<exit code> <text>".
  std::string outcome(const std::function<void()>& work) {
    try {
      comm::on_every_rank(*comm_, "testing", work);
    } catch (const Error& error) {
      return std::to_string(static_cast<int>(error.code())) + " " + error.what();
    }
    return "success";
  }

  std::unique_ptr<comm::Communicator> comm_ = comm::make_communicator(mpi_session(), false, 20);
  const int rank_ = comm_->rank();
  const int last_ = comm_->size() - 1;
};

TEST_F(OnEveryRank, RunsTheWork) {
  bool ran = false;
  EXPECT_EQ(outcome([&ran] { ran = true; }), "success");
  EXPECT_TRUE(ran);
}

TEST_F(OnEveryRank, OneFailureIsThrownEverywhereWithItsCodeAndText) {
  const std::string told = outcome([this] {
    if (rank_ == last_) throw DataError("a.h5: block 3 is damaged");
  });
  if (last_ == 0)
    EXPECT_EQ(told, "3 a.h5: block 3 is damaged");
  else
    EXPECT_EQ(told, fmt::format("3 rank {} ({}): a.h5: block 3 is damaged (while testing)", last_,
                                comm::hostname()));
}

TEST_F(OnEveryRank, TheLowestOfSeveralFailuresIsTold) {
  if (last_ == 0) GTEST_SKIP() << "needs several ranks";
  const std::string told = outcome([this] {
    if (rank_ == 0) throw UsageError("first");
    throw std::runtime_error("second");
  });
  EXPECT_EQ(told, fmt::format("2 rank 0 ({}): first (while testing)", comm::hostname()));
}

TEST_F(OnEveryRank, ForeignExceptionsCountAsDeviceFailures) {
  if (last_ == 0) GTEST_SKIP() << "one rank passes them as they are";
  const std::string told = outcome([this] {
    if (rank_ == last_) throw std::runtime_error("out of memory");
  });
  EXPECT_EQ(told, fmt::format("4 rank {} ({}): unexpected failure: out of memory (while testing)", last_,
                              comm::hostname()));
}

TEST_F(OnEveryRank, TheJobGoesOnAfterwards) {
  EXPECT_NE(outcome([] { throw DataError("all of them"); }), "success");
  EXPECT_EQ(outcome([] {}), "success");
}

}  // namespace
}  // namespace fedfr::test
