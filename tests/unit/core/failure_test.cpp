#include "fedfr/core/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>

namespace fedfr {
namespace {

using testing::HasSubstr;

template <class Work>
Failure failure_in(Work&& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return failure_of(error, ExitCode::peer);
  }
  return {ExitCode::done, "no failure"};
}

TEST(FailureOf, KeepsWhatFedfrSays) {
  const auto failure = failure_in([] { throw UsageError("no such option"); });
  EXPECT_EQ(failure.code, ExitCode::usage);
  EXPECT_EQ(failure.text, "no such option");
}

TEST(FailureOf, AFileThatALibraryCannotUseIsNamed) {
  const auto failure = failure_in([] { (void)std::filesystem::file_size("/no/such/file"); });
  EXPECT_EQ(failure.code, ExitCode::data);
  EXPECT_EQ(failure.text, "cannot use /no/such/file: No such file or directory");
}

TEST(FailureOf, JsonMemoryAndValuesAreNoFailureOfAPeer) {
  EXPECT_EQ(failure_in([] { (void)nlohmann::json("\xE9").dump(); }).code, ExitCode::data);
  EXPECT_EQ(failure_in([] { (void)std::stoi("many"); }).code, ExitCode::data);
  const auto memory = failure_in([] { throw std::bad_alloc(); });
  EXPECT_EQ(memory.code, ExitCode::data);
  EXPECT_THAT(memory.text, HasSubstr("out of memory"));
}

TEST(FailureOf, TheRestHasTheCodeOfTheCaller) {
  const auto failure = failure_in([] { throw std::runtime_error("CUDA error"); });
  EXPECT_EQ(failure.code, ExitCode::peer);
  EXPECT_EQ(failure.text, "unexpected failure: CUDA error");
}

}  // namespace
}  // namespace fedfr
