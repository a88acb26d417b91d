#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/report/cell_status.hpp"
#include "fedfr/report/collect.hpp"
#include "fedfr/report/cost.hpp"
#include "fedfr/report/pages.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/evaluation.hpp"
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
  EXPECT_EQ(status().state, RunState::damaged);
  EXPECT_FALSE(status().run);
  EXPECT_THAT([&] { refuse_other_runs({status()}); },
              ThrowsMessage<Error>(HasSubstr("lr was '0.5' and is now '0.001'")));
}

TEST_F(Status, DataAreComparedByTheirContent) {
  auto before = cell().options();
  before.clients = "elsewhere/c";
  test::write_run(before, {});
  EXPECT_THAT([&] { refuse_other_runs({status()}); },
              ThrowsMessage<Error>(HasSubstr("clients was 'elsewhere/c'")));
  before.clients = std::filesystem::absolute("c");
  test::write_run(before, {});
  EXPECT_EQ(status().state, RunState::done) << "the same place";
}

TEST_F(Status, ADamagedLineIsNamedAndATornLastOneIsNot) {
  test::write_run(cell().options(), {.rounds = 2, .done = false});
  std::ofstream(run() / "metrics.jsonl", std::ios::app) << R"({"event":"rou)";
  EXPECT_EQ(status().run->completed_rounds(), 2);
  std::ofstream(run() / "metrics.jsonl", std::ios::app) << "\n";
  EXPECT_EQ(status().state, RunState::damaged);
  EXPECT_THAT(problems(sweep_, {status()}), HasSubstr("metrics.jsonl:11 is damaged"));
  EXPECT_NO_THROW(refuse_other_runs({status()}));  // its job mends what a crash has left
}

TEST_F(Status, WhateverLiesInTheFolderIsNamedAndTheOtherCellsAreTold) {
  const auto two = expand(
      parse_sweep_file("[Sweep]\njob = j\noutput = " + folder_.path().string() + "\n[Axes]\nseed = 1, 2\n",
                       "s.cfg"),
      run::parse_job_file("clients = c\npublic = p\nrounds = 2\n", "j"));
  test::write_run(two.cells[1].options(), {});
  const auto expect_damaged = [&](const std::string& what) {
    const auto cells = status_of(two);
    EXPECT_EQ(cells[0].state, RunState::damaged) << what;
    EXPECT_EQ(cells[1].state, RunState::done) << what;
    EXPECT_THAT(status_table(two, cells), HasSubstr("2 cells, 1 damaged, 1 done\nseed-1: ")) << what;
    EXPECT_THAT(csv(collect(two, cells)), HasSubstr(",damaged,")) << what;
    EXPECT_THAT(sweep_page(two, cells), HasSubstr("Left out of seed-1: ")) << what;
  };
  const auto fresh = [&] {
    std::filesystem::remove_all(run());
    test::write_run(cell().options(), {});
  };
  for (const char* file : {"metrics.jsonl", "config.cfg", "log.txt"}) {
    fresh();
    std::filesystem::remove(run() / file);
    std::filesystem::create_directory(run() / file);
    expect_damaged(std::string(file) + " is a folder");
    std::filesystem::remove(run() / file);
    std::filesystem::create_symlink(file, run() / file);
    expect_damaged(std::string(file) + " is a link to itself");
  }
  fresh();
  replace_file(run() / "config.cfg", "rounds = many\n");
  expect_damaged("config.cfg is no job file");
  fresh();
  make_folder(two.paths.logs);
  replace_file(two.paths.exit_code(two.cells[0]), "1x\n");
  expect_damaged("the exit code is none");
  std::filesystem::remove(two.paths.exit_code(two.cells[0]));
  std::filesystem::remove(run() / "metrics.jsonl");
  std::filesystem::create_symlink("nowhere", run() / "metrics.jsonl");  // as if there was none
  EXPECT_EQ(status_of(two)[0].run->completed_rounds(), 0);
}

TEST_F(Status, AnEvaluationThatCannotBeReadIsLeftOutOfThePages) {
  test::write_run(cell().options(), {});
  make_folder(run() / "evaluation");
  replace_file(run::evaluation_path(run(), 2), "{");
  const auto named = HasSubstr("round_0002.json is damaged");
  EXPECT_THAT(run_page(*status().run), named);
  EXPECT_THAT(sweep_page(sweep_, {status()}), named);
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
