// Every kind of picture has the pixels that Pillow reads: pictures/expected.txt has them, as pictures/make.py
// noted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "pictures.hpp"

namespace fedfr::data {
namespace {

using namespace test;

/// HEIGHTxWIDTH and the checksum of [H,W,3], or "refused".
std::string described(const std::string& name) {
  try {
    const Image image = read_image(picture_path(name));
    const std::size_t plane = image.pixels.size() / 3;
    std::vector<std::uint8_t> rgb;
    for (std::size_t at = 0; at < plane; ++at)
      for (std::size_t c = 0; c < 3; ++c) rgb.push_back(image.pixels[c * plane + at]);
    return fmt::format("{}x{} {:08x}", image.size.height, image.size.width,
                       crc32c(std::as_bytes(std::span(rgb))));
  } catch (const DataError&) {
    return "refused";
  }
}

TEST(Pillow, ReadsTheSamePixelsOfEveryKindOfPicture) {
  std::istringstream lines(picture_bytes("expected.txt"));
  int pictures = 0;
  for (std::string name, expected; lines >> name && std::getline(lines >> std::ws, expected); ++pictures)
    EXPECT_EQ(described(name), expected) << name;
  EXPECT_GT(pictures, 100);
}

}  // namespace
}  // namespace fedfr::data
