#include "fedfr/run/options/option_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/run/options/job_file.hpp"

namespace fedfr::run {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

Options parsed(const std::string& job_file, const std::vector<std::string>& args = {}) {
  return resolve(parse_job_file(job_file, "job.cfg"), parse_command_line(args).settings).options;
}

TEST(OptionTable, NamesAreUniqueAndInKebabCase) {
  std::set<std::string> names;
  for (const auto& spec : option_table()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_EQ(spec.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos)
        << spec.name;
  }
}

TEST(OptionTable, EveryFieldHasExactlyOneOption) {
  // A second option on one field would show as an option that changes when another is set.
  for (const auto& spec : option_table()) {
    Options changed;
    const auto before = value_texts(changed, spec);
    for (const std::string candidate : {"true", "false", "1", "17", "0.25", "other"}) {
      const auto& value = spec.choices.empty() ? candidate : spec.choices.back();
      try {
        assign(changed, {spec.name, value, "test"});
      } catch (const UsageError&) {
        continue;
      }
      if (value_texts(changed, spec) != before) break;
    }
    EXPECT_NE(value_texts(changed, spec), before) << spec.name;
    const auto differing = changed_settings(changed);
    EXPECT_TRUE(std::ranges::any_of(differing, [&](const auto& line) {
      return line.starts_with(spec.name + " =");
    })) << spec.name;
    for (const auto& other : option_table()) {
      if (other.name == spec.name) continue;
      EXPECT_EQ(value_texts(changed, other), value_texts(Options{}, other)) << other.name;
    }
  }
}

TEST(OptionTable, DefaultsAreAllowed) {
  for (const auto& spec : option_table())
    for (const auto& text : value_texts(Options{}, spec)) {
      Options options;
      EXPECT_NO_THROW(assign(options, {spec.name, text, "default"})) << spec.name << " = " << text;
    }
}

TEST(OptionTable, BothEndsOfARangeAreKept) {
  for (const auto& spec : option_table()) {
    if (!spec.is_number()) continue;
    Options options;
    const auto accepts = [&](double value) {
      try {
        assign(options, {spec.name, fmt::format("{}", value), "test"});
      } catch (const UsageError&) {
        return false;
      }
      return true;
    };
    EXPECT_EQ(accepts(spec.range.low), !spec.range.above_low) << spec.name;
    EXPECT_EQ(accepts(spec.range.high), !spec.range.below_high) << spec.name;
    EXPECT_FALSE(accepts(spec.range.low - 1)) << spec.name;
    EXPECT_FALSE(accepts(spec.range.high + 1)) << spec.name;
  }
}

TEST(OptionTable, BadValuesOfEachTypeAreRefusedByPlaceKeyAndAllowedValues) {
  const std::pair<const char*, const char*> cases[] = {
      {"rounds = abc", "job.cfg:1: rounds = abc: expected a whole number in [1, 1000000]"},
      {"rounds = 3.5", "expected a whole number"},
      {"rounds =", "expected a whole number"},
      {"rounds = 0", "[1, 1000000]"},
      {"rounds = 99999999999999999999", "[1, 1000000]"},
      {"seed = -1", "[0, 4294967295]"},
      {"lr = fast", "expected a number in (0, 100]"},
      {"lr = nan", "(0, 100]"},
      {"lr = inf", "(0, 100]"},
      {"lr = 0", "(0, 100]"},
      {"lr = 0.1 0.2", "(0, 100]"},
      {"mirror = maybe", "expected true or false"},
      {"device = gpu", "expected one of auto, cpu, cuda"},
      {"fars = 0.1,1.5", "numbers in (0, 1), separated by commas"},
      {"fars = 0.1,,0.2", "numbers in (0, 1)"},
      {"fars =", "numbers in (0, 1)"},
      {"fars = 0.1,", "numbers in (0, 1)"},
      {"fars = ,0.1", "numbers in (0, 1)"},
      {"fars = 0.1,0.10", "different numbers in (0, 1)"},
      {"fars = 0.1,0.10000001", "different numbers"},
      {"fars = nan", "numbers in (0, 1)"},
      {"lr = 1e999", "(0, 100]"},
      {"lr = 1e-999", "(0, 100]"},
      {"lr = -inf", "(0, 100]"},
      {"lr = 0x1p-3", "(0, 100]"},
      {"lr = 1,5", "(0, 100]"},
      {"lr =", "(0, 100]"},
      {"rounds = 0x10", "[1, 1000000]"},
      {"rounds = 1e3", "[1, 1000000]"},
      {"rounds = 3x", "[1, 1000000]"},
      {"rounds = 2147483648", "[1, 1000000]"},
      {"rounds = -2147483649", "[1, 1000000]"},
      {"seed = 18446744073709551616", "[0, 4294967295]"},
      {"seed = 4294967296", "[0, 4294967295]"},
      {"threads = 100000", "[0, 1024]"},
      {"threads = -1", "[0, 1024]"},
      {"hn-threshold = nan", "[-1, 1]"},
      {"mirror =", "expected true or false"},
      {"device =", "expected one of"},
  };
  for (const auto& [line, expected] : cases)
    EXPECT_THAT([&text = line] { parsed(text); }, ThrowsMessage<UsageError>(HasSubstr(expected))) << line;
  EXPECT_THAT(
      [] {
        parsed("", {"--rounds", "many"});
      },
      ThrowsMessage<UsageError>(HasSubstr("command line: rounds = many: expected a whole number")));
  EXPECT_THAT(
      [] {
        parsed("", {"--output", "a\nb"});
      },
      ThrowsMessage<UsageError>(HasSubstr("without control characters")));
}

TEST(OptionTable, NoNumberTakesWhatIsNone) {
  for (const auto& spec : option_table()) {
    if (!spec.is_number()) continue;
    for (const std::string text : {"nan", "inf", "-inf", "infinity", "1e999", "", " ", "0x1", "1x", "1 2",
                                   "--1", "99999999999999999999999", "-99999999999999999999999", "one"}) {
      Options options;
      EXPECT_THROW(assign(options, {spec.name, text, "test"}), UsageError) << spec.name << " = " << text;
    }
  }
}

TEST(OptionTable, AnUnknownNameGetsTheNearestOne) {
  EXPECT_THAT([] { parsed("\nround = 3"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("job.cfg:2"), HasSubstr("did you mean 'rounds'?"))));
  EXPECT_THAT([] { parsed("", {"--treads", "3"}); }, ThrowsMessage<UsageError>(HasSubstr("'threads'")));
  EXPECT_THAT([] { parsed("", {"--hn-treshold=0.3"}); },
              ThrowsMessage<UsageError>(HasSubstr("'hn-threshold'")));
  EXPECT_THAT([] { parsed("quux-quux-quux = 3"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("--help"), testing::Not(HasSubstr("did you mean")))));
  EXPECT_THAT(
      [] {
        parsed("", {"--round", "3"});
      },
      ThrowsMessage<UsageError>(HasSubstr("'rounds'")))
      << "abbreviations are no options";
}

TEST(OptionTable, ANameOfAWholeLineIsComparedWithNone) {
  // With every option it would be compared character by character.
  EXPECT_THAT([] { parsed("\n" + std::string(60'000, 'r') + " = 3"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("job.cfg:2"), HasSubstr("--help"))));
}

TEST(OptionTable, HelpAndDocumentationNameEveryOption) {
  const std::string help = help_text(), markdown = markdown_table();
  for (const auto& spec : option_table()) {
    EXPECT_THAT(help, HasSubstr("--" + spec.name + " "));
    EXPECT_THAT(markdown, HasSubstr("| `" + spec.name + "` |"));
    EXPECT_FALSE(spec.help.empty());
    EXPECT_NE(spec.help.back(), '.') << spec.name;
  }
}

TEST(OptionTable, TheReadmeHoldsTheTable) {
  const std::filesystem::path readme = FEDFR_README;
  const std::string text = std::filesystem::exists(readme) ? read_text(readme) : "";
  const auto begin = text.find("<!-- options:begin -->\n"), end = text.find("<!-- options:end -->");
  if (begin == std::string::npos || end == std::string::npos)
    GTEST_SKIP() << "the README has no markers for the table";
  const auto table = begin + std::string("<!-- options:begin -->\n").size();
  EXPECT_EQ(text.substr(table, end - table), markdown_table())
      << "paste the output of `fedfr options --markdown`";
}

}  // namespace
}  // namespace fedfr::run
