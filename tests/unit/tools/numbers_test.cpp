#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/optional.hpp>
#include <boost/program_options.hpp>
#include <cstdint>

#include "common/parse.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::tool {
namespace {

namespace po = boost::program_options;
using testing::AllOf;
using testing::HasSubstr;

struct Values {
  int folds = 10;
  std::int64_t images = 0;
  std::uint64_t seed = 1;
  double share = 0.5;
  boost::optional<std::int64_t> most;
  std::string name;
};

Values parsed(const std::vector<std::string>& words) {
  Values n;
  po::options_description described("options");
  described.add_options()("folds", po::value(&n.folds)->default_value(10), "")(
      "images", po::value(&n.images), "")("seed", po::value(&n.seed), "")("share", po::value(&n.share), "")(
      "most", po::value(&n.most), "")("name", po::value(&n.name), "");
  parse(words, described, {"images"}, "");
  return n;
}

std::string refusal(const std::vector<std::string>& words) {
  try {
    parsed(words);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Numbers, AreTaken) {
  const auto n = parsed({"7", "--folds", "3", "--seed=18446744073709551615", "--share", "1e-3", "--most", "0",
                         "--name", "-1x"});
  EXPECT_EQ(n.images, 7);
  EXPECT_EQ(n.folds, 3);
  EXPECT_EQ(n.seed, UINT64_MAX);
  EXPECT_EQ(n.share, 1e-3);
  EXPECT_EQ(n.most.value(), 0);
  EXPECT_EQ(n.name, "-1x");
}

TEST(Numbers, NamesTheOptionWhoseNumberIsNone) {
  for (const char* option : {"folds", "images", "seed", "share", "most"})
    for (const char* text : {"-1", "-5000000000", "1x", "x", "0x10", " 1", "1 ", "nan", "inf", "-inf",
                             "1,000", "1e999", "1e-400"}) {
      EXPECT_THAT(refusal({std::string("--") + option + "=" + text}),
                  AllOf(HasSubstr(option), HasSubstr("number from 0")))
          << text;
    }
  for (const char* option : {"folds", "images", "seed", "most"})
    for (const char* text : {"1.5", "99999999999999999999"})
      EXPECT_THAT(refusal({std::string("--") + option, text}), HasSubstr(option)) << text;
  EXPECT_THAT(refusal({"--folds", "2147483648"}), HasSubstr("to 2147483647"));
  EXPECT_THAT(refusal({"--seed", "-1"}), HasSubstr("--seed '-1' is not a whole number from 0"));
  EXPECT_THAT(refusal({"--seed", "18446744073709551616"}), HasSubstr("to 18446744073709551615"));
  for (const char* option : {"folds", "seed", "share"}) {
    EXPECT_THAT(refusal({std::string("--") + option + "="}), HasSubstr(option));
    EXPECT_THAT(refusal({std::string("--") + option, ""}), HasSubstr(option));
  }
}

}  // namespace
}  // namespace fedfr::tool
