#include "fedfr/core/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "fedfr/core/file.hpp"
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

TEST(Process, TellsHowItEnded) {
  EXPECT_EQ(run_and_capture(shell("exit 7")).exit_code, 7);
  EXPECT_EQ(run_and_capture(shell("kill -9 $$")).exit_code, 128 + 9);
  EXPECT_EQ(run_and_capture({.words = {"/nonexistent/program"}}).spawn_error, ENOENT);
}

}  // namespace
}  // namespace fedfr
