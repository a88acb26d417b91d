#include "fedfr/core/path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "fedfr/core/error.hpp"

namespace fedfr {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// A variable of the environment for the time of a test; null: not set.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* now = std::getenv(name)) before_ = now;
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_.empty() ? ::unsetenv(name_) : ::setenv(name_, before_.c_str(), 1); }

 private:
  const char* name_;
  std::string before_;
};

TEST(TidyPath, TakesWhatTheTabKeyAndScriptsLeaveOff) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},           {"a", "a"},        {"a/", "a"},
      {"a//", "a"},       {"./a/", "a"},     {"a//b/./c", "a/b/c"},
      {"/", "/"},         {"//", "/"},       {"//a//b", "/a/b"},
      {"///", "/"},       {".", "."},        {"./", "."},
      {"././", "."},      {"/a/b/", "/a/b"}, {"a b/", "a b"},
      {"..", ".."},       {"../a/", "../a"}, {"link/../a/", "link/../a"},
      {"a/..", "a/.."},   {"a/../", "a/.."}, {".hidden/", ".hidden"},
      {"a/...", "a/..."}, {"%A/", "%A"},     {"\xe9/", "\xe9"},
      {"~", "~"},
  };
  for (const auto& [typed, tidy] : cases) EXPECT_EQ(tidy_path(typed).string(), tidy) << typed;
}

TEST(ExpandPath, KnowsVariablesAndHomesAsAShellDoes) {
  const Variable scratch("FEDFR_TEST_SCRATCH", "/scratch/me"), home("HOME", "/users/me");
  const Variable nested("FEDFR_TEST_NESTED", "$HOME/~");
  const std::pair<const char*, const char*> cases[] = {
      {"$FEDFR_TEST_SCRATCH/x", "/scratch/me/x"},
      {"${FEDFR_TEST_SCRATCH}2/x", "/scratch/me2/x"},
      {"a/$FEDFR_TEST_SCRATCH", "a//scratch/me"},
      {"$FEDFR_TEST_SCRATCH", "/scratch/me"},
      {"$FEDFR_TEST_NESTED", "$HOME/~"},
      {"~", "/users/me"},
      {"~/x y", "/users/me/x y"},
      {"~/$FEDFR_TEST_SCRATCH", "/users/me//scratch/me"},
      {"./~/x", "./~/x"},
      {"x~", "x~"},
      {"a/~/b", "a/~/b"},
      {"$$HOME", "$HOME"},
      {"$$$$", "$$"},
      {"", ""},
      {"plain/path", "plain/path"},
  };
  for (const auto& [text, expanded] : cases) EXPECT_EQ(expand_path(text, "job.cfg:1"), expanded) << text;
  EXPECT_EQ(expand_path("~/x", "job.cfg:1", /*tilde=*/false), "~/x");
}

TEST(ExpandPath, FindsHomesOfUsersAndWithoutTheEnvironment) {
  const passwd* me = ::getpwuid(::getuid());
  ASSERT_NE(me, nullptr);
  const std::string name = me->pw_name, home = me->pw_dir;
  EXPECT_EQ(expand_path("~" + name + "/x", "job.cfg:1"), home + "/x");
  const Variable unset("HOME", nullptr);
  EXPECT_EQ(expand_path("~/x", "job.cfg:1"), home + "/x");
}

TEST(ExpandPath, RefusesByPlaceWhatNamesNothing) {
  const Variable unset("FEDFR_TEST_UNSET", nullptr);
  const std::pair<const char*, const char*> cases[] = {
      {"$FEDFR_TEST_UNSET/x", "$FEDFR_TEST_UNSET is not set"},
      {"a/${FEDFR_TEST_UNSET}", "$FEDFR_TEST_UNSET is not set"},
      {"~nobody.of.this.name/x", "~nobody.of.this.name is the home of nobody"},
      {"a$", "$$"},
      {"$(pwd)", "$$"},
      {"$1", "$$"},
      {"${", "$$"},
      {"${HOME/x", "$$"},
      {"${}", "$$"},
      {"$/x", "$$"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_THAT([&given = text] { expand_path(given, "job.cfg:7"); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr("job.cfg:7: "), HasSubstr(expected))))
        << text;
  const Variable long_value("FEDFR_TEST_LONG", std::string(1000, 'x').c_str());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "$FEDFR_TEST_LONG";
  EXPECT_THAT([&] { expand_path(many, "job.cfg:7"); },
              ThrowsMessage<UsageError>(HasSubstr("job.cfg:7: a path of more than 4095 bytes")));
  const Variable empty("FEDFR_TEST_EMPTY", "");
  EXPECT_THAT([&] { expand_path("$FEDFR_TEST_EMPTY/x", "job.cfg:7"); },
              ThrowsMessage<UsageError>(HasSubstr("is empty")));
}

TEST(EscapePath, IsUndoneByExpansion) {
  for (const std::string path : {"a", "$HOME", "~", "~/x", "a~$", "$$", ""})
    EXPECT_EQ(tidy_path(expand_path(escape_path(path), "config.cfg:1")), tidy_path(path)) << path;
}

TEST(ExpandOptionWord, ExpandsWhatBashLeaves) {
  const Variable home("HOME", "/users/me");
  const std::pair<const char*, const char*> cases[] = {
      {"--output=~/x", "--output=/users/me/x"},
      {"--output=~", "--output=/users/me"},
      {"--output", "--output"},
      {"~/x", "~/x"},  // the shell expands it, unless it is in quotes
      {"--output=a=~/x", "--output=a=~/x"},
      {"--output=./~/x", "--output=./~/x"},
      {"--output=$HOME", "--output=$HOME"},
  };
  for (const auto& [word, expanded] : cases) EXPECT_EQ(expand_option_word(word), expanded) << word;
  EXPECT_THAT([] { expand_option_word("--output=~nobody.of.this.name"); },
              ThrowsMessage<UsageError>(HasSubstr("--output=~nobody.of.this.name: ")));
}

}  // namespace
}  // namespace fedfr
