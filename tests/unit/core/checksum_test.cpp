#include "fedfr/core/checksum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace fedfr {
namespace {

TEST(Crc32c, KnownValues) {
  // RFC 3720, appendix B.4, and the usual check value.
  EXPECT_EQ(crc32c(std::as_bytes(std::span(std::string_view("123456789")))), 0xE3069283U);
  std::array<unsigned char, 32> bytes{};
  EXPECT_EQ(crc32c(std::as_bytes(std::span(bytes))), 0x8A9136AAU);
  bytes.fill(0xFF);
  EXPECT_EQ(crc32c(std::as_bytes(std::span(bytes))), 0x62A8AB43U);
}

TEST(Crc32c, PartsGiveTheWhole) {
  const auto text = std::as_bytes(std::span(std::string_view("a text of no particular length")));
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(crc32c(text.subspan(cut), crc32c(text.first(cut))), crc32c(text));
}

TEST(Hash64, SixteenDigits) {
  EXPECT_EQ(hex16(0xABCULL), "0000000000000abc");
  EXPECT_NE(hash64(std::as_bytes(std::span(std::string_view("a")))),
            hash64(std::as_bytes(std::span(std::string_view("b")))));
}

}  // namespace
}  // namespace fedfr
