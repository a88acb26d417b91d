#include "fedfr/nn/tensor_header.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "fedfr/core/error.hpp"

namespace fedfr::nn {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string entry(const std::string& name, const std::string& shape, std::int64_t begin, std::int64_t end,
                  const std::string& type = "U8") {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", name, type, shape, begin,
                     end);
}

void expect_refused(const std::string& text, std::int64_t data_bytes, const char* why) {
  EXPECT_THAT([&] { parse_tensor_header(text, data_bytes); }, ThrowsMessage<DataError>(HasSubstr(why)))
      << text;
}

TEST(TensorHeader, IsReadAsItWasWritten) {
  const TensorHeader header{.tensors = {{"b", TensorType::float32, {2, 3}, 24},
                                        {"none", TensorType::uint8, {0, 7}, 0},
                                        {"scalar", TensorType::int64, {}, 8}},
                            .metadata = {{"key", "ä \" \n"}}};
  const std::string text = to_text(header);
  EXPECT_EQ(text.size() % 8, 0U);
  const TensorHeader back = parse_tensor_header(text, 32);
  EXPECT_EQ(to_text(back), text);
  EXPECT_EQ(back.metadata, header.metadata);
}

TEST(TensorHeader, TensorsAreInTheOrderOfTheirData) {
  const auto header =
      parse_tensor_header("{" + entry("a", "[2]", 3, 5) + "," + entry("b", "[3]", 0, 3) + "}", 5);
  EXPECT_EQ(header.tensors[0].name, "b");
  EXPECT_EQ(header.tensors[1].name, "a");
}

TEST(TensorHeader, ItsLengthIsComparedWithTheFile) {
  EXPECT_EQ(tensor_header_length(92, 100), 92);
  for (const std::uint64_t stored : {std::uint64_t{93}, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    EXPECT_THROW(tensor_header_length(stored, 100), DataError) << stored;
  for (const std::int64_t bytes : {-1, 0, 7})
    EXPECT_THROW(tensor_header_length(0, bytes), DataError) << bytes;
  EXPECT_THROW(tensor_header_length(200'000'000, std::int64_t{1} << 40), DataError);
}

TEST(TensorHeader, ShapesThatFitNoFileAreRefused) {
  const auto most = std::numeric_limits<std::int64_t>::max();
  expect_refused("{" + entry("a", "[-1]", 0, 0) + "}", 0, "dimension of -1");
  expect_refused("{" + entry("a", "[-2,-2]", 0, 4) + "}", 4, "dimension of -2");
  expect_refused("{" + entry("a", "[4294967296,4294967296]", 0, 0) + "}", 0, "beyond all bounds");
  expect_refused("{" + entry("a", fmt::format("[0,{0},{0}]", most), 0, 0) + "}", 0, "beyond all bounds");
  expect_refused("{" + entry("a", fmt::format("[{}]", most), 0, most) + "}", 8, "end of the file");
  expect_refused("{" + entry("a", "[18446744073709551615]", 0, 1) + "}", 1, "whole number");
  expect_refused("{" + entry("a", "[1.0]", 0, 1) + "}", 1, "whole number");
  expect_refused("{" + entry("a", "3", 0, 3) + "}", 3, "list");
  expect_refused("{" + entry("a", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", 0, 1) + "}", 1, "dimensions");
}

TEST(TensorHeader, PlacesFillTheDataOnce) {
  expect_refused("{" + entry("a", "[2]", 0, 2) + "," + entry("b", "[2]", 1, 3) + "}", 3, "overlap before");
  expect_refused("{" + entry("a", "[2]", 0, 2) + "," + entry("b", "[2]", 3, 5) + "}", 5, "gap before");
  expect_refused("{" + entry("a", "[2]", 2, 4) + "}", 4, "gap before");
  expect_refused("{" + entry("a", "[2]", 0, 2) + "}", 3, "3 bytes of data instead of 2");
  expect_refused("{" + entry("a", "[2]", 0, 2) + "}", 1, "truncated");
  expect_refused("{" + entry("a", "[2]", 0, 3) + "}", 3, "does not fit its shape");
  expect_refused("{" + entry("a", "[2]", 2, 0) + "}", 2, "does not fit its shape");
  expect_refused("{" + entry("a", "[2]", -2, 0) + "}", 2, "does not fit its shape");
  expect_refused(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[]}})", 0, "does not fit its shape");
}

TEST(TensorHeader, WhatIsNoHeaderIsRefused) {
  for (const char* text :
       {"", "[]", "7", "{", "{}x", R"({"a":1})", R"({"a":{}})", R"({"__metadata__":{"a":1}})",
        R"({"__metadata__":["a"]})", "{\"\xff\":{}}", "[[[[[[[["})
    EXPECT_THROW(parse_tensor_header(text, 0), DataError) << text;
  expect_refused("{" + entry("a", "[1]", 0, 1, "BF16") + "}", 1, "BF16");
  expect_refused("{" + entry("a", "[1]", 0, 1) + "," + entry("a", "[1]", 0, 1) + "}", 1, "twice");
  expect_refused("{" + entry("a\\u0000", "[1]", 0, 1) + "}", 1, "null character");
  expect_refused(R"({"__metadata__":{"a":"\u0000"}})", 0, "null character");
  expect_refused(std::string(1'000'000, '['), 0, "deep");
}

TEST(TensorHeader, TheChecksumIsOfNamesTypesShapesAndData) {
  const TensorHeader header{.tensors = {{"a", TensorType::uint8, {2}, 2}, {"b", TensorType::uint8, {2}, 2}},
                            .metadata = {}};
  const std::uint32_t before = tensors_checksum(header, std::vector{1U, 2U});
  TensorHeader turned = header;
  std::swap(turned.tensors[0], turned.tensors[1]);
  turned.metadata["note"] = "mine";
  EXPECT_EQ(tensors_checksum(turned, std::vector{2U, 1U}), before);
  EXPECT_NE(tensors_checksum(header, std::vector{2U, 1U}), before);
  TensorHeader other = header;
  other.tensors[0].shape = {1, 2};
  EXPECT_NE(tensors_checksum(other, std::vector{1U, 2U}), before);
  other = header;
  other.tensors[0].name = "c";
  EXPECT_NE(tensors_checksum(other, std::vector{1U, 2U}), before);
}

}  // namespace
}  // namespace fedfr::nn
