#include "fedfr/core/ini_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"

namespace fedfr {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

std::string value_of(const std::string& line) {
  const auto lines = parse_ini(line, "job.cfg");
  EXPECT_THAT(lines, SizeIs(1)) << line;
  return lines.front().value;
}

TEST(IniFile, TakesWhatEditorsLeave) {
  for (const std::string text : {"a = 1\nb = 2",
                                 "\xef\xbb\xbf"
                                 "a = 1\r\nb = 2\r\n",
                                 "\ta\t=\t1\t# x\n\n\f\nb=2 \n"}) {
    const auto lines = parse_ini(text, "job.cfg");
    ASSERT_THAT(lines, SizeIs(2)) << text;
    EXPECT_EQ(lines[0].key + lines[0].value + lines[1].key + lines[1].value, "a1b2") << text;
  }
  EXPECT_THAT(parse_ini("\xef\xbb\xbf# only a comment", "job.cfg"), SizeIs(0));
  EXPECT_EQ(parse_ini("\xef\xbb\xbf[Run]\na = 1", "job.cfg").front().section, "Run");
}

TEST(IniFile, ValuesInQuotesHaveAllThatIsBetween) {
  const std::pair<std::string, std::string> cases[] = {
      {"a = \"x y\"", "x y"},
      {"a = \"x #1\"  # a comment", "x #1"},
      {"a = ' x '", " x "},
      {"a = \"\"", ""},
      {"a = \"say \"\"x\"\"\"", "say \"x\""},
      {"a = 'it''s'", "it's"},
      {"a = x\"y\"", "x\"y\""},
      {"a = it's", "it's"},
      {"a = \"x = y\"", "x = y"},
  };
  for (const auto& [line, value] : cases) {
    EXPECT_EQ(value_of(line), value) << line;
    EXPECT_EQ(value_of("a = " + ini_value(value)), value) << line;
  }
  EXPECT_EQ(parse_ini("a = 'x'", "job.cfg").front().quote, '\'');
  EXPECT_EQ(parse_ini("a = x", "job.cfg").front().quote, '\0');
  for (const std::string value : {"#x", "x #", "\tx", "plain", "a b", "'", "\"", "a\t#b"})
    EXPECT_EQ(value_of("a = " + ini_value(value)), value);
}

TEST(IniFile, RefusesByLineWhatIsNoTextOfThisForm) {
  const std::pair<std::string, std::string> cases[] = {
      {"a = 1\nb\n", "job.cfg:2: 'b' is no line"},
      {"a = 1\n = 2\n", "job.cfg:2: '= 2' has no key"},
      {"a = 1\nb = x\0y\n"s, "job.cfg:2: holds the control character 0x00"},
      {"a = 1\rb = 2\r", "job.cfg:1: holds the control character 0x0d"},
      {"a = \x1b[1m", "0x1b"},
      {"a = 1\nb = \"x\nc = 2", "job.cfg:2: the quote \" at the beginning of the value has no end"},
      {"a = 'x' y", "job.cfg:1: 'y' follows the value in quotes"},
      {"a = 1\nb = " + std::string(10 << 20, 'x'), "job.cfg:2: a line of 10485764 bytes"},
      {std::string(10 << 20, '#'), "job.cfg:1: a line of"},
      {"\xff\xfe"
       "a\0=\0"s,
       "UTF-16"},
      {"\x89PNG\r\n\x1a\n", "job.cfg:1"},
      {"\x7f"
       "ELF",
       "job.cfg:1: holds the control character 0x7f"},
  };
  for (const auto& [text, expected] : cases)
    EXPECT_THAT([&given = text] { parse_ini(given, "job.cfg"); },
                ThrowsMessage<UsageError>(HasSubstr(expected)));
}

}  // namespace
}  // namespace fedfr
