#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fedfr/core/error.hpp"
#include "fedfr/report/cell_status.hpp"
#include "fedfr/report/cost.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/run_lock.hpp"
#include "run_folder.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::report {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class Status : public testing::Test {
 protected:
  CellStatus status() const { return status_of(sweep_, cell()); }
  const Cell& cell() const { return sweep_.cells.front(); }
  const std::filesystem::path& run() const { return cell().options().output; }

  test::TempFolder folder_;
  Sweep sweep_ =
      expand(parse_sweep_file(
                 "[Sweep]\njob = j\noutput = " + folder_.path().string() + "\n[Axes]\nseed = 1\n", "s.cfg"),
             run::parse_job_file("clients = c\npublic = p\nrounds = 2\n", "j"));
};

TEST_F(Status, ACellWithoutARunDirectoryWaits) { EXPECT_EQ(status().state, RunState::waiting); }

TEST_F(Status, ACellIsDoneWhenItsLogSaysSoForAllRounds) {
  test::write_run(cell().options(), {.rounds = 2, .done = true});
  EXPECT_EQ(status().state, RunState::done);
  EXPECT_EQ(status().run->completed_rounds(), 2);
  EXPECT_EQ(status().run->model_hash(), "0000000000000002");
  test::write_run(cell().options(), {.rounds = 1, .done = true});  // it was asked for fewer rounds then
  EXPECT_EQ(status().state, RunState::stopped);
  test::write_run(cell().options(), {.rounds = 2, .done = false});
  EXPECT_EQ(status().state, RunState::stopped);
}

TEST_F(Status, ACellWhoseLockIsHeldRuns) {
  test::write_run(cell().options(), {.rounds = 1, .done = false});
  {
    const run::RunLock lock(run() / "lock");
    EXPECT_EQ(status().state, RunState::running);
  }
  EXPECT_EQ(status().state, RunState::stopped);
  std::ofstream(run() / "lock") << "1 elsewhere since then\n";  // its holder was killed
  EXPECT_EQ(status().state, RunState::stopped);
}

TEST_F(Status, ACellWhoseJobFailedSaysSo) {
  make_folder(sweep_.paths.logs);
  save_exit_code(sweep_, cell(), 4);
  EXPECT_EQ(status().state, RunState::failed);
  EXPECT_THAT(status_table(sweep_, {status()}), HasSubstr("failed 4"));
  save_exit_code(sweep_, cell(), 85);
  EXPECT_EQ(status().state, RunState::waiting);
  save_exit_code(sweep_, cell(), 3);
  test::write_run(cell().options(), {});  // later it was run by hand
  EXPECT_EQ(status().state, RunState::done);
}

TEST_F(Status, ARunWithOtherOptionsIsRefused) {
  auto other = cell().options();
  other.lr = 0.5;
  test::write_run(other, {});
  EXPECT_THAT([&] { status(); }, ThrowsMessage<UsageError>(HasSubstr("lr was '0.5' and is now '0.001'")));
}

TEST_F(Status, ADamagedLineIsNamedAndATornLastOneIsNot) {
  test::write_run(cell().options(), {.rounds = 2, .done = false});
  std::ofstream(run() / "metrics.jsonl", std::ios::app) << R"({"event":"rou)";
  EXPECT_EQ(status().run->completed_rounds(), 2);
  std::ofstream(run() / "metrics.jsonl", std::ios::app) << "\n";
  EXPECT_THAT([&] { status(); }, ThrowsMessage<DataError>(HasSubstr("metrics.jsonl:11 is damaged")));
}

TEST_F(Status, AFolderThatHoldsNoRunIsNamed) {
  EXPECT_THAT([&] { read_run(folder_.path()); }, ThrowsMessage<DataError>(HasSubstr("is no run directory")));
  EXPECT_THAT([&] { read_run(folder_ / "missing"); },
              ThrowsMessage<DataError>(HasSubstr("is no run directory")));
}

TEST_F(Status, TheTableShowsRoundAndScore) {
  test::write_run(cell().options(), {.rounds = 1, .done = false});
  const auto table = status_table(sweep_, {status()});
  EXPECT_THAT(table, HasSubstr("seed-1  stopped"));
  EXPECT_THAT(table, HasSubstr("1/2"));
  EXPECT_THAT(table, HasSubstr("75.00 % pairs/accuracy"));
  EXPECT_THAT(table, HasSubstr("1 cells, 1 stopped"));
}

TEST_F(Status, TheRateOfARankCountsAllItsTime) {
  auto options = cell().options();
  options.local_epochs = 1;
  options.adaptive_epochs = false;
  test::write_run(options, {});
  const auto rate = measured_rate(read_run(options.output));
  EXPECT_DOUBLE_EQ(rate.images_per_second, 200.0 / (2 * 2.0 * 2));  // two rounds of two seconds on two ranks
  EXPECT_DOUBLE_EQ(rate.hard_negatives, 1);                         // half of the images
}

}  // namespace
}  // namespace fedfr::report
