#include "fedfr/run/record/benchmark_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fedfr/core/utf8.hpp"

namespace fedfr::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> names(const std::vector<std::filesystem::path>& paths) {
  return benchmark_names(paths);
}

TEST(BenchmarkNames, AreTheLastPartWhereThatIsEnough) {
  EXPECT_THAT(names({}), IsEmpty());
  EXPECT_THAT(names({"/d/pairs"}), ElementsAre("pairs"));
  EXPECT_THAT(names({"/d/pairs/"}), ElementsAre("pairs")) << "what the Tab key leaves";
  EXPECT_THAT(names({"/d/x/../pairs/."}), ElementsAre("pairs"));
  EXPECT_THAT(names({"/d/lfw", "/d/cfp"}), ElementsAre("lfw", "cfp"));
}

TEST(BenchmarkNames, TakeAsMuchOfThePathAsIsNeeded) {
  EXPECT_THAT(names({"/d/a/pairs", "/d/b/pairs"}), ElementsAre("a/pairs", "b/pairs"));
  EXPECT_THAT(names({"/x/a/pairs", "/y/a/pairs", "/y/lfw"}), ElementsAre("x/a/pairs", "y/a/pairs", "lfw"));
  EXPECT_THAT(names({"/pairs", "/pairs/pairs"}), ElementsAre("pairs", "pairs/pairs"));
  EXPECT_THAT(names({"/d/a/pairs", "/d/b/pairs", "/d/a-pairs"}),
              ElementsAre(StartsWith("d/a/pairs-"), "b/pairs", StartsWith("d/a-pairs-")))
      << "the name of a file has no slash, so that no part of the path tells these apart";
}

TEST(BenchmarkNames, CountAsEqualWhatFilesAndColumnsCannotTellApart) {
  EXPECT_THAT(names({"/d/a/Pairs", "/d/b/pairs"}), ElementsAre("a/Pairs", "b/pairs"));
  EXPECT_THAT(names({"/d/a/x y", "/d/b/x_y"}), ElementsAre("a/x y", "b/x_y"));
  EXPECT_THAT(names({"/d/a/x@y", "/d/b/x_at_y"}), ElementsAre("a/x@y", "b/x_at_y"));
  EXPECT_THAT(names({"/d/\xc3\xa9", "/d/\xc3\xbc"}), ElementsAre("\xc3\xa9", "\xc3\xbc"));
}

TEST(BenchmarkNames, LeaveTheNamesOfOtherSeriesAlone) {
  for (const std::string name :
       {"global", "own", "start", "Personalised", "loss", "round", "speed", "client"})
    EXPECT_THAT(names({"/d/" + name}), ElementsAre("d/" + name));
  EXPECT_THAT(names({"/global"}), ElementsAre(StartsWith("global-")));
  EXPECT_THAT(names({"/"}), ElementsAre("benchmark"));
}

TEST(BenchmarkNames, AreUtf8AndOneLine) {
  const auto found = names({"/d/\xe9t\xe9", "/d/a\nb"});
  EXPECT_THAT(found, ElementsAre("\\xE9t\\xE9", "a\\x0Ab"));
}

TEST(BenchmarkNames, AreDifferentAndStableForAnyPaths) {
  const std::vector<std::filesystem::path> parts = {"a", "A", "b", "a-b", "pairs", "global", "\xe9"};
  std::vector<std::filesystem::path> paths;
  for (const auto& first : parts)
    for (const auto& second : parts) {
      paths.push_back("/" / first / second);
      paths.push_back("/" / first / second / "pairs");
    }
  const auto found = names(paths);
  std::set<std::string> files;
  for (const auto& name : found) {
    EXPECT_TRUE(is_utf8(name));
    EXPECT_THAT(file_name_part(name), Not(testing::HasSubstr("/")));
    files.insert(file_name_part(name));
  }
  EXPECT_EQ(files.size(), paths.size());
  EXPECT_EQ(names(paths), found);
}

TEST(BenchmarkNames, FitIntoTheNameOfAFile) {
  const std::string long_name(255, 'x');
  const auto found = names({"/d/a/" + long_name, "/d/b/" + long_name});
  EXPECT_LT(file_name_part(found[0]).size(), 140U);
  EXPECT_NE(file_name_part(found[0]), file_name_part(found[1]));
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "\xc3\xa9";
  EXPECT_TRUE(is_utf8(file_name_part("x" + accents)));
  EXPECT_EQ(file_name_part("a/b\\xE9"), "a-b-xE9");
}

}  // namespace
}  // namespace fedfr::run
