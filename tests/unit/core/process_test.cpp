#include "fedfr/core/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "fedfr/core/file.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "support/temp_folder.hpp"

namespace fedfr {
namespace {

using testing::ExitedWithCode;

Program shell(const std::string& script) { return {.words = {"sh", "-c", script}}; }

/// Runs in a process of its own, without the descriptors that are told.
bool log_is_kept(const std::vector<int>& closed, const std::filesystem::path& log) {
  for (const int descriptor : closed) ::close(descriptor);
  auto program = shell("cat; echo out; echo err >&2");
  program.output = log;
  return Process(program).wait() == 0 && read_text(log) == "out\nerr\n";
}

bool output_is_captured(const std::vector<int>& closed) {
  for (const int descriptor : closed) ::close(descriptor);
  const auto captured = run_and_capture(shell("cat; echo out; echo err >&2"));
  return captured.exit_code == 0 && captured.output == "out\nerr\n";
}

TEST(Process, KeepsTheOutputWhicheverDescriptorsAreClosed) {
  const test::TempFolder folder;
  int number = 0;
  for (const std::vector<int>& closed : {std::vector{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
    const auto log = folder / std::to_string(number++);
    EXPECT_EXIT(::_exit(log_is_kept(closed, log) ? 0 : 1), ExitedWithCode(0), "") << number;
    EXPECT_EXIT(::_exit(output_is_captured(closed) ? 0 : 1), ExitedWithCode(0), "") << number;
  }
}

TEST(Process, SeesTheEnvironmentThatItIsGiven) {
  auto program = shell("echo \"$FEDFR_TEST_VARIABLE\" \"$HOME\"");
  program.environment = {"FEDFR_TEST_VARIABLE=a b"};
  EXPECT_EQ(run_and_capture(program).output, "a b \n");
}

TEST(Process, IsKilledAtItsLimitWithAllThatItStarted) {
  const test::TempFolder folder;
  auto program = shell("sleep 1000 & echo $! > pid; echo begun; wait");
  program.folder = folder.path();
  program.own_group = true;
  const auto captured = run_and_capture(program, std::chrono::seconds(1));
  EXPECT_TRUE(captured.too_late);
  EXPECT_EQ(captured.exit_code, 128 + 9);
  // What it had started is gone, or waits as a zombie for its new parent.
  const auto look =
      shell("sed -n 's/^State:[[:space:]]*//p' /proc/$(cat '" + (folder / "pid").string() + "')/status");
  EXPECT_THAT(run_and_capture(look).output, testing::Not(testing::StartsWith("S")));
}

TEST(Process, IsNotTooLateWithinItsLimit) {
  const auto captured = run_and_capture(shell("echo out"), std::chrono::seconds(300));
  EXPECT_FALSE(captured.too_late);
  EXPECT_EQ(captured.output, "out\n");
}

TEST(Process, TellsHowItEnded) {
  EXPECT_EQ(run_and_capture(shell("exit 7")).exit_code, 7);
  EXPECT_EQ(run_and_capture(shell("kill -9 $$")).exit_code, 128 + 9);
  EXPECT_EQ(run_and_capture({.words = {"/nonexistent/program"}}).spawn_error, ENOENT);
}

TEST(Process, StartsOtherProgramsWithoutOurDispositionOfSigpipe) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const auto status = run_and_capture({.words = {"grep", "^SigIgn:", "/proc/self/status"}}).output;
  std::signal(SIGPIPE, before);
  const auto ignored = std::stoull(status.substr(status.find(':') + 1), nullptr, 16);
  EXPECT_EQ(ignored >> (SIGPIPE - 1) & 1U, 0U) << status;
}

TEST(StandardStreamsDeathTest, ClosedOnesAreTakenAndStillFail) {
  const auto child = [] {
    for (const int descriptor : {0, 1, 2}) ::close(descriptor);
    prepare_standard_streams();
    const FileDescriptor next = open_for_reading("/proc/self/status");
    char byte = 0;
    const bool fail = ::read(0, &byte, 1) < 0 && ::write(1, "x", 1) < 0 && ::write(2, "x", 1) < 0;
    std::_Exit(next.get() > 2 && fail ? 0 : 1);
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fedfr
