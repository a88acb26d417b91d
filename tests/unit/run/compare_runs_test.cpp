#include "fedfr/run/record/compare_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/options/options.hpp"
#include "support/metrics_lines.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::run {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// A run directory without models.
fs::path run_with(const fs::path& folder, const std::string& metrics) {
  make_folder(folder);
  replace_file(folder / "config.cfg", std::string_view("clients = c\npublic = p\n"));
  replace_file(folder / "metrics.jsonl", metrics);
  return folder;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST(CompareRuns, TellsTheFirstRoundWithAnotherHash) {
  const test::TempFolder folder;
  const std::string start = test::start_line(1), one = test::round_line(1), two = test::round_line(2);
  const auto a = run_with(folder / "a", start + one + two);
  EXPECT_TRUE(compare_runs(a, run_with(folder / "b", start + one + two)).equal());
  EXPECT_EQ(compare_runs(a, run_with(folder / "b", start + one + replaced(two, "0002", "0003"))).parts_at, 2);
  EXPECT_EQ(compare_runs(a, run_with(folder / "b", replaced(start, "0000", "000f") + one + two)).parts_at, 0);
}

TEST(CompareRuns, ATornLastRoundIsNoRoundAndADamagedLineIsNamed) {
  const test::TempFolder folder;
  const std::string whole = test::start_line(1) + test::round_line(1),
                    torn = test::round_line(2).substr(0, 60);
  const auto a = run_with(folder / "a", whole + test::round_line(2));
  const auto comparison = compare_runs(a, run_with(folder / "b", whole + torn));
  EXPECT_EQ(comparison.rounds_b, 1);
  EXPECT_FALSE(comparison.parts_at);
  EXPECT_THAT([&] { compare_runs(a, run_with(folder / "b", torn + "\n" + whole)); },
              ThrowsMessage<DataError>(HasSubstr("b/metrics.jsonl:1 is damaged")));
}

TEST(CompareRuns, OtherDataIsAReason) {
  const test::TempFolder folder;
  const auto a = run_with(folder / "a", test::start_line(1) + test::round_line(1));
  const auto b = run_with(folder / "b", replaced(test::start_line(1), "p1", "p2") + test::round_line(1));
  EXPECT_THAT(compare_runs(a, b).reasons, ElementsAre("fingerprint of the public data: 'p1' and 'p2'"));
}

TEST(CompareRuns, StrayFilesBesideTheModelsAreNotCompared) {
  const test::TempFolder folder;
  const std::string metrics = test::start_line(1) + test::round_line(1);
  const auto a = run_with(folder / "a", metrics), b = run_with(folder / "b", metrics);
  for (const auto& run : {a, b})
    for (const char* name : {"checkpoint/._round_0001.ckpt", "personalized/._client_000000.safetensors"}) {
      make_folder((run / name).parent_path());
      replace_file(run / name, run.string());
    }
  EXPECT_TRUE(compare_runs(a, b).equal());
}

}  // namespace
}  // namespace fedfr::run
