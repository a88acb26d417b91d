#include "fedfr/core/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedfr {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;
using Json = nlohmann::json;

std::string nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, IsReadAsTheLibraryReadsIt) {
  const std::string text =
      R"({"b": [1, -2, 2.5, null, true, {}], "a": {"text": "ä\n", "big": 18446744073709551615}})";
  EXPECT_EQ(parse_json(text), Json::parse(text));
  EXPECT_EQ(parse_json<nlohmann::ordered_json>(text).dump(), nlohmann::ordered_json::parse(text).dump());
  EXPECT_EQ(parse_json("7"), Json(7));
}

TEST(Json, WhatIsNoneIsRefused) {
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "[1] 2", "nul", "\"\xe4\"", "1e999", "\"a\nb\""})
    EXPECT_THROW(parse_json(text), Json::exception) << text;
  EXPECT_THAT([] { parse_json("[1,"); }, ThrowsMessage<JsonError>(Not(HasSubstr("json.exception"))));
}

TEST(Json, AKeyTwiceIsRefusedByName) {
  EXPECT_THAT([] { parse_json(R"({"a": {"x": 1, "x": 2}})"); }, ThrowsMessage<JsonError>(HasSubstr("'x'")));
  EXPECT_NO_THROW(parse_json(R"([{"x": 1}, {"x": 2}])"));
}

TEST(Json, DepthAndKeysAreBounded) {
  EXPECT_NO_THROW(parse_json(nested(32)));
  EXPECT_THROW(parse_json(nested(33)), JsonError);
  EXPECT_THROW(parse_json(std::string(10'000'000, '[')), JsonError);
  EXPECT_NO_THROW(parse_json(R"({"a": 1, "b": {"c": 2, "d": 3}})", {.depth = 2, .keys = 2}));
  EXPECT_THROW(parse_json(R"({"a": 1, "b": 2, "c": 3})", {.depth = 2, .keys = 2}), JsonError);
}

TEST(Json, ManyObjectsTakeTimeInProportion) {
  std::string text = "[{}";
  for (int i = 0; i < 300'000; ++i) text += ",{}";
  EXPECT_EQ(parse_json(text + "]").size(), 300'001U);
}

TEST(Json, WholeNumbersFit) {
  EXPECT_EQ(whole_number<int>(Json(-5)), -5);
  EXPECT_EQ(whole_number<std::uint32_t>(Json(4294967295)), 4294967295U);
  EXPECT_EQ(whole_numbers<std::int64_t>(Json{1, 2}), (std::vector<std::int64_t>{1, 2}));
  for (const char* bad : {"4294967296", "-1", "1.0", "1e300", "\"1\"", "null", "18446744073709551615"})
    EXPECT_THROW(whole_number<std::uint32_t>(parse_json(bad)), JsonError) << bad;
  EXPECT_THROW(whole_number<std::int64_t>(parse_json("18446744073709551615")), JsonError);
  for (const char* bad : {"{}", "3", "[1, \"2\"]", "[1.5]"})
    EXPECT_THROW(whole_numbers<std::int64_t>(parse_json(bad)), JsonError) << bad;
}

}  // namespace
}  // namespace fedfr
