#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "mpi_session.hpp"

// The main function of test programs that run as jobs of several ranks. Rank 0 prints as GoogleTest does; the
// others only say what has failed. At the end all ranks have one exit code: what a launcher makes of
// different ones is its own affair.
namespace {

/// Failures of the ranks other than 0, whose ordinary output is silenced. Must not communicate: it runs only
/// where something failed.
class RankPrinter : public testing::EmptyTestEventListener {
 public:
  explicit RankPrinter(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (result.failed())
      std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_, result.file_name() ? result.file_name() : "?",
                   result.line_number(), result.summary());
  }

 private:
  int rank_;
};

const fedfr::comm::MpiSession* the_session = nullptr;

}  // namespace

const fedfr::comm::MpiSession& fedfr::test::mpi_session() { return *the_session; }

int main(int argc, char** argv) {
  // Before GoogleTest looks at the arguments, since MPI may take some away, and for the whole program: MPI
  // can be begun only once in a process.
  fedfr::comm::MpiSession session(argc, argv);
  the_session = &session;
  testing::InitGoogleTest(&argc, argv);
  auto& unit = *testing::UnitTest::GetInstance();
  if (session.rank() != 0) {
    delete unit.listeners().Release(unit.listeners().default_result_printer());
    unit.listeners().Append(new RankPrinter(session.rank()));
  }
  // A rank that failed, and one that skipped everything, decide for all: failed beats skipped.
  std::array<int, 2> here{RUN_ALL_TESTS() != 0, unit.successful_test_count() == 0}, any{};
  MPI_Allreduce(here.data(), any.data(), 2, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (any[0] != 0) return 1;
  return any[1] != 0 ? 77 : 0;
}
