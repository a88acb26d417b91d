#include "fedfr/run/record/run_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/checkpoint_files.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ThrowsMessage;

Options options_in(const fs::path& folder) {
  Options options;
  options.output = folder;
  return options;
}

const DataRecord data{
    .trained = {.clients = "c1", .publics = "p1"}, .benchmarks = {{"pairs", "b1"}}, .start = "s1"};
const Numerics numerics{{"threads", "1"}, {"torch", "2.11.0"}, {"commit", "abc"}};

/// A job in the folder that ends after its first checkpoint.
void earlier_job(const Options& options) {
  const RunDirectory run(options, numerics, data);
  run.keep_record();
  note_numerics(run.paths().numerics, 1, numerics);
  replace_file(run.paths().checkpoint / "round_0001.ckpt", std::string_view("a model"));
}

/// Another process that opens a run's folder and stays in it until it is killed.
class OtherJob {
 public:
  explicit OtherJob(const Options& options) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      const RunDirectory held(options, numerics, data);
      held.keep_record();
      const ssize_t told = ::write(ends[1], "x", 1);
      while (told == 1) ::pause();
      std::_Exit(1);
    }
    ::close(ends[1]);
    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 1) << "the other process could not open the folder";
    ::close(ends[0]);
  }
  ~OtherJob() { kill(); }
  pid_t pid() const { return pid_; }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_;
};

TEST(RunDirectory, ASecondJobIsRefusedWhileTheFirstLives) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  OtherJob other(options);
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  EXPECT_THAT([&] { RunDirectory(options, numerics, data); },
              ThrowsMessage<DataError>(AllOf(HasSubstr((folder / "run").string()), HasSubstr(host),
                                             HasSubstr(std::to_string(other.pid()) + " "))));
  other.kill();
  EXPECT_NO_THROW(RunDirectory(options, numerics, data)) << "a killed job leaves no lock behind";
}

TEST(RunDirectory, TheFolderIsFreeAgainAfterwards) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  {
    const RunDirectory first(options, numerics, data);
    first.keep_record();
  }
  EXPECT_NO_THROW(RunDirectory(options, numerics, data));
}

TEST(RunDirectory, APipeInPlaceOfAnyFileIsNamedInsteadOfWaitingForItsOtherEnd) {
  for (const char* name : {"lock", "config.cfg", "log.txt", "metrics.jsonl", "evaluation/round_0001.json",
                           "state/clients.states", "checkpoint/round_0001.ckpt"}) {
    const test::TempFolder folder;
    const auto path = folder / "run" / name;
    make_folder(path.parent_path());
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT([&] { RunDirectory(options_in(folder / "run"), numerics, data); },
                ThrowsMessage<DataError>(HasSubstr(path.string() + " is a pipe")));
  }
}

TEST(RunDirectory, MakesTheFoldersAndTheRecord) {
  const test::TempFolder folder;
  Options options = options_in(folder / "deep" / "run");
  options.rounds = 7;
  const RunDirectory run(options, numerics, data);
  run.keep_record();
  EXPECT_FALSE(run.continues());
  EXPECT_THAT(run.warnings(), IsEmpty());
  for (const auto& path :
       {run.paths().checkpoint, run.paths().state, run.paths().personalized, run.paths().pictures})
    EXPECT_TRUE(fs::is_directory(path)) << path;
  const auto recorded = parse_job_file(read_text(run.paths().config), "config.cfg");
  EXPECT_EQ(resolve(recorded, {}).options, options);
}

TEST(RunDirectory, AJobThatIsRefusedLaterLeavesTheRecord) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  earlier_job(options);
  const std::string record_before = read_text(RunPaths(folder / "run").config);
  options.rounds = 40;
  { const RunDirectory refused(options, numerics, data); }
  EXPECT_EQ(read_text(RunPaths(folder / "run").config), record_before);
}

TEST(RunDirectory, ARunWithoutItsCheckpointsIsBegunAnewAndSaysSo) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  earlier_job(options);
  const RunPaths paths(folder / "run");
  replace_file(paths.metrics, std::string_view("{}\n"));
  fs::remove_all(paths.checkpoint);
  const RunDirectory run(options, numerics, data);
  EXPECT_FALSE(run.continues());
  EXPECT_THAT(run.warnings(), ElementsAre(HasSubstr("without a checkpoint: it is begun anew")));
}

TEST(RunDirectory, OtherOptionsAreRefusedByName) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  earlier_job(options);
  const std::string record_before = read_text(RunPaths(folder / "run").config);
  options.lr = 0.5;
  options.log_level = "debug";
  EXPECT_THAT([&] { RunDirectory(options, numerics, data); },
              ThrowsMessage<UsageError>(
                  AllOf(HasSubstr("lr was '0.001' and is now '0.5'"), Not(HasSubstr("log-level")))));
  EXPECT_EQ(read_text(RunPaths(folder / "run").config), record_before);
}

TEST(RunDirectory, OtherOptionsBeginAnewWhereOnlyTheStartWasSaved) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  const auto start = RunPaths(options.output).checkpoint / "round_0000.ckpt";
  {
    const RunDirectory first(options, numerics, data);
    first.keep_record();
    note_numerics(first.paths().numerics, 1, numerics);
  }
  replace_file(start, std::string_view("a model"));
  EXPECT_TRUE(RunDirectory(options, numerics, data).continues());
  EXPECT_TRUE(fs::exists(start));
  options.lr = 0.5;
  const RunDirectory second(options, numerics, data);
  second.keep_record();
  EXPECT_FALSE(second.continues());
  EXPECT_FALSE(fs::exists(start));
  EXPECT_THAT(second.warnings(), ElementsAre(HasSubstr("begun anew")));
}

TEST(RunDirectory, OtherOptionsAreFineBeforeTheFirstCheckpoint) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  {
    const RunDirectory first(options, numerics, data);
    first.keep_record();
  }
  options.lr = 0.5;
  const RunDirectory second(options, numerics, data);
  second.keep_record();
  EXPECT_FALSE(second.continues());
  EXPECT_THAT(read_text(second.paths().config), HasSubstr("lr = 0.5\n"));
}

TEST(RunDirectory, MoreRoundsAreTheSameRun) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  earlier_job(options);
  options.rounds = 40;
  options.deadline = 60;
  options.threads = 3;  // what it comes to is in the numerics
  options.device = "cpu";
  const RunDirectory more(options, numerics, data);
  more.keep_record();
  EXPECT_TRUE(more.continues());
  EXPECT_THAT(more.warnings(), IsEmpty());
  EXPECT_THAT(read_text(more.paths().config), HasSubstr("rounds = 40\n"));
}

TEST(RunDirectory, OtherNumericsAreRefusedByNameUnlessTheyAreAllowed) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  earlier_job(options);
  const Numerics other{{"threads", "2"}, {"torch", "2.11.0"}, {"commit", "abc"}};
  EXPECT_THAT(
      [&] { RunDirectory(options, other, data); },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("threads was '1' and is now '2'"), Not(HasSubstr("torch")),
                                      HasSubstr("--allow-different-numerics"))));
  options.allow_different_numerics = true;
  const RunDirectory run(options, other, data);
  run.keep_record();
  EXPECT_TRUE(run.continues());
  EXPECT_THAT(run.warnings(), ElementsAre(HasSubstr("not with the bits of an uninterrupted one")));
}

TEST(RunDirectory, AnotherCommitIsAWarningAndAMissingRecordToo) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  earlier_job(options);
  Numerics other = numerics;
  other["commit"] = "def";
  EXPECT_THAT(RunDirectory(options, other, data).warnings(),
              ElementsAre(HasSubstr("commit was 'abc' and is now 'def'")));
  fs::remove(RunPaths(folder / "run").numerics);
  EXPECT_THAT(RunDirectory(options, numerics, data).warnings(),
              ElementsAre(HasSubstr("numerics.json is missing")));
}

TEST(RunDirectory, OtherNumericsBeginAnewWhereOnlyTheStartWasSaved) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  earlier_job(options);
  const RunPaths paths(folder / "run");
  fs::rename(paths.checkpoint / "round_0001.ckpt", paths.checkpoint / "round_0000.ckpt");
  const RunDirectory run(options, {{"threads", "2"}}, data);
  run.keep_record();
  EXPECT_FALSE(run.continues());
  EXPECT_THAT(run.warnings(), testing::Contains(HasSubstr("other numerics: begun anew")));
}

TEST(RunDirectory, ComparesDataByContentAndNotByPath) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  options.clients = "parts/clients";
  options.benchmark = {"parts/pairs"};
  earlier_job(options);
  options.clients = folder / "moved" / "clients";
  options.benchmark = {folder / "moved" / "pairs2"};
  options.init = "elsewhere/w";
  DataRecord moved = data;
  moved.benchmarks.front().name = "pairs2";
  const RunDirectory run(options, numerics, moved);
  run.keep_record();
  EXPECT_TRUE(run.continues());
  EXPECT_THAT(run.warnings(), IsEmpty());
  EXPECT_THAT(run.benchmark_names(), ElementsAre("pairs")) << "its series go on";
  EXPECT_EQ(load_data_record(run.paths().data), data);
}

TEST(RunDirectory, OtherDataAreRefusedByWhatDiffers) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  earlier_job(options);
  const std::pair<DataRecord, std::string> cases[] = {
      {{.trained = {"c2", "p1"}, .benchmarks = data.benchmarks, .start = "s1"},
       "clients' data was 'c1' and is now 'c2'"},
      {{.trained = {"c1", ""}, .benchmarks = data.benchmarks, .start = "s1"},
       "public data was 'p1' and is now ''"},
      {{.trained = data.trained, .benchmarks = {{"pairs", "b2"}}, .start = "s1"},
       "the benchmark pairs (fingerprint 'b1') is not among"},
      {{.trained = data.trained, .benchmarks = {{"pairs", "b1"}, {"x", "b3"}}, .start = "s1"},
       "the benchmark x"},
      {{.trained = data.trained, .benchmarks = {}, .start = "s1"}, "the benchmark pairs"},
      {{.trained = data.trained, .benchmarks = data.benchmarks, .start = "s2"}, "--init"},
  };
  for (const auto& other : cases)
    EXPECT_THAT([&] { RunDirectory(options, numerics, other.first); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr("other data"), HasSubstr(other.second))));
  EXPECT_EQ(load_data_record(RunPaths(options.output).data), data);
}

TEST(RunDirectory, BenchmarksOfAnotherOrderKeepTheirNames) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  DataRecord two = data;
  two.benchmarks = {{"a/pairs", "b1"}, {"b/pairs", "b2"}, {"c/pairs", "b1"}};
  {
    const RunDirectory first(options, numerics, two);
    first.keep_record();
    note_numerics(first.paths().numerics, 1, numerics);
    replace_file(first.paths().checkpoint / "round_0001.ckpt", std::string_view("a model"));
  }
  two.benchmarks = {{"x", "b2"}, {"y", "b1"}, {"z", "b1"}};
  EXPECT_THAT(RunDirectory(options, numerics, two).benchmark_names(),
              ElementsAre("b/pairs", "a/pairs", "c/pairs"));
}

TEST(RunDirectory, AnOlderRunIsComparedByWhereItsDataLie) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  options.benchmark = {folder / "pairs"};
  make_folder(folder / "pairs");
  earlier_job(options);
  const auto record = RunPaths(options.output).data;
  fs::remove(record);
  options.benchmark = {folder / "run" / ".." / "pairs"};
  EXPECT_TRUE(RunDirectory(options, numerics, data).continues());
  fs::remove(record);
  options.benchmark = {folder / "other"};
  EXPECT_THAT([&] { RunDirectory(options, numerics, data); },
              ThrowsMessage<UsageError>(HasSubstr("benchmark was")));
}

TEST(RunDirectory, AFolderThatCannotBeMadeIsNamed) {
  EXPECT_THAT([] { RunDirectory(options_in("/proc/no/run"), numerics, data); },
              ThrowsMessage<DataError>(HasSubstr("/proc/no/run")));
}

TEST(CheckpointRounds, AreOrderedByNumberAndNothingElseIsTakenForOne) {
  const test::TempFolder folder;
  for (const char* name :
       {"round_9999.ckpt", "round_10000.ckpt", "round_0002.ckpt", "._round_0002.ckpt", "round_3.ckpt",
        "round_-001.ckpt", "round_0004.ckpt.tmp", "round_99999999999.ckpt", "round_.ckpt", ".DS_Store"})
    replace_file(folder / name, "a model");
  fs::create_directory(folder / "round_0005.ckpt");
  fs::create_symlink("nowhere", folder / "round_0006.ckpt");
  EXPECT_THAT(checkpoint_rounds(folder.path()), ElementsAre(10000, 9999, 2));
  EXPECT_THAT(checkpoint_rounds(folder / "missing"), IsEmpty());
  EXPECT_EQ(checkpoint_path("a", 12), "a/round_0012.ckpt");
}

TEST(RunDirectory, StrayFilesAmongTheCheckpointsAreNoRun) {
  const test::TempFolder folder;
  const auto options = options_in(folder / "run");
  {
    const RunDirectory run(options, numerics, data);
    run.keep_record();
  }
  replace_file(folder / "run/checkpoint/.DS_Store", "");
  replace_file(folder / "run/checkpoint/._round_0001.ckpt", "");
  const RunDirectory run(options, numerics, data);
  run.keep_record();
  EXPECT_FALSE(run.continues());
}

TEST(RunDirectory, AGroupCanGoOnWithARun) {
  const test::TempFolder folder;
  const mode_t before = ::umask(002);
  const auto options = options_in(folder / "run");
  {
    const RunDirectory run(options, numerics, data);
    run.keep_record();
    note_numerics(run.paths().numerics, 1, numerics);
  }
  ::umask(before);
  for (const auto& entry : fs::recursive_directory_iterator(folder / "run"))
    EXPECT_NE(entry.status().permissions() & fs::perms::group_write, fs::perms::none) << entry.path();
}

}  // namespace
}  // namespace fedfr::run
