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

const Numerics numerics{{"threads", "1"}, {"torch", "2.11.0"}, {"commit", "abc"}};

/// A job in the folder that ends after its first checkpoint.
void earlier_job(const Options& options) {
  const RunDirectory run(options, numerics);
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
      const RunDirectory held(options, numerics);
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
  EXPECT_THAT([&] { RunDirectory(options, numerics); },
              ThrowsMessage<DataError>(AllOf(HasSubstr((folder / "run").string()), HasSubstr(host),
                                             HasSubstr(std::to_string(other.pid()) + " "))));
  other.kill();
  EXPECT_NO_THROW(RunDirectory(options, numerics)) << "a killed job leaves no lock behind";
}

TEST(RunDirectory, TheFolderIsFreeAgainAfterwards) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  { const RunDirectory first(options, numerics); }
  EXPECT_NO_THROW(RunDirectory(options, numerics));
}

TEST(RunDirectory, MakesTheFoldersAndTheRecord) {
  const test::TempFolder folder;
  Options options = options_in(folder / "deep" / "run");
  options.rounds = 7;
  const RunDirectory run(options, numerics);
  EXPECT_FALSE(run.continues());
  EXPECT_THAT(run.warnings(), IsEmpty());
  for (const auto& path :
       {run.paths().checkpoint, run.paths().state, run.paths().personalized, run.paths().pictures})
    EXPECT_TRUE(fs::is_directory(path)) << path;
  const auto recorded = parse_job_file(read_text(run.paths().config), "config.cfg");
  EXPECT_EQ(resolve(recorded, {}).options, options);
}

TEST(RunDirectory, OtherOptionsAreRefusedByName) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  earlier_job(options);
  const std::string record_before = read_text(RunPaths(folder / "run").config);
  options.lr = 0.5;
  options.benchmark = {"a", "b"};
  options.log_level = "debug";
  EXPECT_THAT([&] { RunDirectory(options, numerics); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("lr was '0.001' and is now '0.5'"),
                                              HasSubstr("benchmark was '' and is now 'a, b'"),
                                              Not(HasSubstr("log-level")))));
  EXPECT_EQ(read_text(RunPaths(folder / "run").config), record_before);
}

TEST(RunDirectory, OtherOptionsBeginAnewWhereOnlyTheStartWasSaved) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  const auto start = RunPaths(options.output).checkpoint / "round_0000.ckpt";
  {
    const RunDirectory first(options, numerics);
    note_numerics(first.paths().numerics, 1, numerics);
  }
  replace_file(start, std::string_view("a model"));
  EXPECT_TRUE(RunDirectory(options, numerics).continues());
  EXPECT_TRUE(fs::exists(start));
  options.lr = 0.5;
  const RunDirectory second(options, numerics);
  EXPECT_FALSE(second.continues());
  EXPECT_FALSE(fs::exists(start));
  EXPECT_THAT(second.warnings(), ElementsAre(HasSubstr("begun anew")));
}

TEST(RunDirectory, OtherOptionsAreFineBeforeTheFirstCheckpoint) {
  const test::TempFolder folder;
  Options options = options_in(folder / "run");
  { const RunDirectory first(options, numerics); }
  options.lr = 0.5;
  const RunDirectory second(options, numerics);
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
  const RunDirectory more(options, numerics);
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
      [&] { RunDirectory(options, other); },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("threads was '1' and is now '2'"), Not(HasSubstr("torch")),
                                      HasSubstr("--allow-different-numerics"))));
  options.allow_different_numerics = true;
  const RunDirectory run(options, other);
  EXPECT_TRUE(run.continues());
  EXPECT_THAT(run.warnings(), ElementsAre(HasSubstr("not with the bits of an uninterrupted one")));
}

TEST(RunDirectory, AnotherCommitIsAWarningAndAMissingRecordToo) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  earlier_job(options);
  Numerics other = numerics;
  other["commit"] = "def";
  EXPECT_THAT(RunDirectory(options, other).warnings(),
              ElementsAre(HasSubstr("commit was 'abc' and is now 'def'")));
  fs::remove(RunPaths(folder / "run").numerics);
  EXPECT_THAT(RunDirectory(options, numerics).warnings(), ElementsAre(HasSubstr("numerics.json is missing")));
}

TEST(RunDirectory, OtherNumericsBeginAnewWhereOnlyTheStartWasSaved) {
  const test::TempFolder folder;
  const Options options = options_in(folder / "run");
  earlier_job(options);
  const RunPaths paths(folder / "run");
  fs::rename(paths.checkpoint / "round_0001.ckpt", paths.checkpoint / "round_0000.ckpt");
  const RunDirectory run(options, {{"threads", "2"}});
  EXPECT_FALSE(run.continues());
  EXPECT_THAT(run.warnings(), testing::Contains(HasSubstr("other numerics: begun anew")));
}

TEST(RunDirectory, AFolderThatCannotBeMadeIsNamed) {
  EXPECT_THAT([] { RunDirectory(options_in("/proc/no/run"), numerics); },
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
  { const RunDirectory run(options, numerics); }
  replace_file(folder / "run/checkpoint/.DS_Store", "");
  replace_file(folder / "run/checkpoint/._round_0001.ckpt", "");
  const RunDirectory run(options, numerics);
  EXPECT_FALSE(run.continues());
}

TEST(RunDirectory, AGroupCanGoOnWithARun) {
  const test::TempFolder folder;
  const mode_t before = ::umask(002);
  const auto options = options_in(folder / "run");
  {
    const RunDirectory run(options, numerics);
    note_numerics(run.paths().numerics, 1, numerics);
  }
  ::umask(before);
  for (const auto& entry : fs::recursive_directory_iterator(folder / "run"))
    EXPECT_NE(entry.status().permissions() & fs::perms::group_write, fs::perms::none) << entry.path();
}

}  // namespace
}  // namespace fedfr::run
