#include "common/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/program_options.hpp>
#include <cstdlib>

#include "fedfr/core/error.hpp"

namespace fedfr::tool {
namespace {

namespace po = boost::program_options;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

struct Parsed {
  std::string input, output = "unset";
  std::vector<std::string> exclude;
  std::string recipe;
};

Parsed parsed(const std::vector<std::string>& words) {
  Parsed values;
  po::options_description options("options");
  options.add_options()("input", path_option(values.input)->required(), "")(
      "output", path_option(values.output), "")("exclude", path_option(values.exclude)->composing(), "")(
      "recipe", po::value(&values.recipe)->default_value(""), "");
  EXPECT_TRUE(parse(words, options, {"input"}, "about"));
  return values;
}

TEST(Parse, PathsComeInOneForm) {
  const auto values = parsed({"faces/", "--output=./parts//", "--exclude", "a/", "--exclude", "b/./c"});
  EXPECT_EQ(values.input, "faces");
  EXPECT_EQ(values.output, "parts");
  EXPECT_THAT(values.exclude, ElementsAre("a", "b/c"));
  EXPECT_EQ(parsed({"faces"}).output, "unset");
  ::setenv("HOME", "/users/me", 1);
  EXPECT_EQ(parsed({"x", "--output=~/parts/"}).output, "/users/me/parts");
}

TEST(Parse, RefusesAnEmptyValueByName) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"x", "--output", ""},
                                                {"x", "--output="},
                                                {"x", "--exclude", "a", "--exclude", ""}})
    EXPECT_THAT([&] { parsed(words); }, ThrowsMessage<UsageError>(HasSubstr("--")));
  EXPECT_THAT(
      [&] {
        parsed({"x", "--recipe", ""});
      },
      ThrowsMessage<UsageError>(HasSubstr("--recipe is empty")));
  EXPECT_THAT([&] { parsed({""}); }, ThrowsMessage<UsageError>(HasSubstr("--input is empty")));
}

}  // namespace
}  // namespace fedfr::tool
