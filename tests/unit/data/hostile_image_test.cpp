// Files made to cost more than they weigh.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>
#include <zlib.h>

#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "pictures.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::HasSubstr;

std::string big_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string refusal(const std::string& file) {
  try {
    decode(std::as_bytes(std::span(file)));
  } catch (const DataError& e) {
    return e.what();
  }
  return "accepted";
}

std::string chunk(const std::string& name, const std::string& data) {
  const std::string body = name + data;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size()), 4) + body +
         big_endian(static_cast<std::uint32_t>(crc), 4);
}

std::string deflated(const std::string& data) {
  uLongf size = compressBound(data.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
            data.size(), 9);
  return packed.substr(0, size);
}

std::string png_header(std::uint32_t width, std::uint32_t height) {
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big_endian(width, 4) + big_endian(height, 4) + std::string("\x08\x02\0\0\0", 5));
}

/// With the size in its frame header (marker `sof`) replaced.
std::string jpeg_of_size(std::string file, char sof, std::uint32_t width, std::uint32_t height) {
  const auto at = file.find(std::string("\xFF") + sof);
  return file.replace(at + 5, 4, big_endian(height, 2) + big_endian(width, 2));
}

constexpr char sof0 = '\xC0';
constexpr char sof2 = '\xC2';

TEST(HostilePng, PromisingMoreThanDeflateCanGiveIsRefused) {
  const std::string file = png_header(16384, 16384) + chunk("IDAT", deflated(std::string(100, '\0')));
  EXPECT_THAT(refusal(file),
              HasSubstr(std::to_string(file.size()) + " bytes cannot hold 16384x16384 pixels"));
}

TEST(HostilePng, MayBeAsDenseAsDeflateIs) {
  const std::string rows((512 * 3 + 1) * 512, '\0');
  EXPECT_EQ(refusal(png_header(512, 512) + chunk("IDAT", deflated(rows)) + chunk("IEND", "")), "accepted");
}

TEST(HostilePng, OfAnImpossibleSizeIsRefused) {
  for (const std::uint32_t side : {0U, 16385U, 0x7FFFFFFFU, 0xFFFFFFFFU})
    EXPECT_THAT(refusal(png_header(side, 1) + chunk("IDAT", deflated(std::string(4000, '\0')))),
                testing::AnyOf(HasSubstr("not between"), HasSubstr("not a readable PNG")))
        << side;
}

TEST(HostilePng, HidesNoBombInItsTextOrProfile) {
  const std::string bomb = deflated(std::string(std::size_t{64} << 20, ' '));
  std::string file = png_header(2, 1) + chunk("iCCP", std::string("p\0\0", 3) + bomb);
  for (int i = 0; i < 20; ++i) {
    file += chunk("zTXt", std::string("a\0\0", 3) + bomb);
    file += chunk("iTXt", std::string("b\0\1\0\0\0", 6) + bomb);
  }
  file += chunk("IDAT", deflated(std::string(7, '\0'))) + chunk("IEND", "");
  EXPECT_EQ(refusal(file), "accepted");
}

TEST(HostileJpeg, PromisingMoreThanItsBytesCanCodeIsRefused) {
  const auto file = jpeg_of_size(picture_bytes("rgb_444.jpg"), sof0, 16384, 16384);
  EXPECT_THAT(refusal(file),
              HasSubstr(std::to_string(file.size()) + " bytes cannot hold 16384x16384 pixels"));
  EXPECT_THAT(refusal(jpeg_of_size(file, sof0, 16385, 1)), HasSubstr("not between 1x1"));
  EXPECT_THAT(refusal(jpeg_of_size(file, sof0, 0, 100)), HasSubstr("not a readable JPEG"));
}

TEST(HostileJpeg, OfThousandsOfEmptyScansIsRefusedSoon) {
  const auto plain = jpeg_of_size(picture_bytes("progressive.jpg"), sof2, 2048, 2048);
  const auto last_scan = plain.rfind("\xFF\xDA");
  std::string file = plain.substr(0, last_scan);
  const auto scan_header = plain.substr(last_scan, 10);
  for (int i = 0; i < 5000; ++i) file += scan_header;
  EXPECT_THAT(refusal(file + "\xFF\xD9"), HasSubstr("more scans"));
}

TEST(HostileImage, CutAnywhereOrWithAnyByteChangedIsReadOrRefused) {
  for (const std::string name :
       {"progressive.jpg", "ycck.jpg", "orientation_in_two_markers.jpg", "arithmetic.jpg",
        "orientation7_profile.png", "palette4_interlaced.png", "grey_alpha16.png"}) {
    const auto whole = picture_bytes(name);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      refusal(whole.substr(0, at));
      auto changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
      refusal(changed);
    }
  }
}

}  // namespace
}  // namespace fedfr::data
