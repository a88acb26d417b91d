#include "fedfr/core/checksum.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <string_view>
#include <vector>

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

/// Bit by bit, as the definition says.
std::uint32_t by_definition(std::span<const std::byte> bytes) {
  constexpr std::uint32_t polynomial = 0x82F63B78U;  // reflected
  std::uint32_t crc = ~0U;
  for (const auto byte : bytes) {
    crc ^= static_cast<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? polynomial : 0U);
  }
  return ~crc;
}

TEST(Crc32c, FollowsItsDefinitionForAnyLengthAndAlignment) {
  std::vector<std::byte> bytes(5000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * i >> 3);
  const std::span<const std::byte> all = bytes;
  for (std::size_t begin = 0; begin < 9; ++begin)
    for (std::size_t length = 0; length < 150; ++length)
      EXPECT_EQ(crc32c(all.subspan(begin, length)), by_definition(all.subspan(begin, length)));
  EXPECT_EQ(crc32c(all.subspan(1)), by_definition(all.subspan(1)));
}

TEST(Crc32c, TakesMoreBytesThanAnIntCounts) {
  constexpr std::size_t length = (std::size_t{1} << 31) + 5;
  void* zeros = mmap(nullptr, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(zeros, MAP_FAILED);
  const std::span whole(static_cast<const std::byte*>(zeros), length);
  std::uint32_t in_parts = 0;
  for (std::size_t at = 0; at < length; at += length / 7 + 1)
    in_parts = crc32c(whole.subspan(at, std::min(length / 7 + 1, length - at)), in_parts);
  EXPECT_EQ(crc32c(whole), in_parts);
  munmap(zeros, length);
}

TEST(Hash64, SixteenDigits) {
  EXPECT_EQ(hex16(0xABCULL), "0000000000000abc");
  EXPECT_NE(hash64(std::as_bytes(std::span(std::string_view("a")))),
            hash64(std::as_bytes(std::span(std::string_view("b")))));
}

}  // namespace
}  // namespace fedfr
