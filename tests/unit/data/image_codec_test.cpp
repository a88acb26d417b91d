#include "fedfr/data/codec/image_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Image smooth_image(ImageSize size) {
  Image image{size, {}};
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x)
        image.pixels.push_back(static_cast<std::uint8_t>(c * 60 + y * 2 + x));
  return image;
}

/// One row, all channels alike.
Image row_image(const std::vector<std::uint8_t>& row) {
  Image image{{1, static_cast<int>(row.size())}, {}};
  for (int c = 0; c < 3; ++c) image.pixels.insert(image.pixels.end(), row.begin(), row.end());
  return image;
}

std::vector<std::uint8_t> first_row(const Image& image) {
  return {image.pixels.begin(), image.pixels.begin() + image.size.width};
}

std::span<const std::byte> bytes(const std::vector<std::uint8_t>& encoded) {
  return std::as_bytes(std::span(encoded));
}

TEST(Jpeg, BringsBackASmoothImage) {
  const Image image = smooth_image({24, 31});
  const Image decoded = decode(bytes(encode_jpeg(image, 95)));
  ASSERT_EQ(decoded.size, image.size);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    EXPECT_NEAR(decoded.pixels[i], image.pixels[i], 4) << i;
}

TEST(Jpeg, IsRefusedWhenItIsCutShort) {
  auto encoded = encode_jpeg(smooth_image({40, 40}), 95);
  for (const std::size_t length :
       {encoded.size() - 20, encoded.size() / 2, std::size_t{30}, std::size_t{2}}) {
    encoded.resize(length);
    EXPECT_THROW(decode(bytes(encoded)), DataError) << length;
  }
}

TEST(Jpeg, WithAnAbsurdSizeIsRefusedWithoutTryingToHoldIt) {
  auto encoded = encode_jpeg(smooth_image({16, 16}), 95);
  const std::vector<std::uint8_t> size_field{0x00, 0x10, 0x00, 0x10};
  const auto at = std::search(encoded.begin(), encoded.end(), size_field.begin(), size_field.end());
  std::ranges::copy(std::vector<std::uint8_t>{0xFE, 0x00, 0xFE, 0x00}, at);
  EXPECT_THAT([&] { decode(bytes(encoded)); }, ThrowsMessage<DataError>(HasSubstr("65024x65024")));
}

TEST(Png, BringsBackTheSamePixels) {
  const fedfr::test::TempFolder folder;
  const Image image = smooth_image({9, 14});
  write_png(folder / "a.png", image);
  const Image read = read_image(folder / "a.png");
  EXPECT_EQ(read.size, image.size);
  EXPECT_EQ(read.pixels, image.pixels);
}

TEST(Png, IsRefusedByNameWhenItIsCutShort) {
  const fedfr::test::TempFolder folder;
  const auto path = folder / "a.png";
  write_png(path, smooth_image({40, 40}));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT([&] { read_image(path); },
              ThrowsMessage<DataError>(AllOf(HasSubstr(path.string()), HasSubstr("PNG"))));
}

TEST(Decode, RefusesWhatIsNoImage) {
  EXPECT_THAT(
      [] {
        decode(bytes({'G', 'I', 'F', '8', '9', 'a'}));
      },
      ThrowsMessage<DataError>(HasSubstr("neither a JPEG nor a PNG")));
  EXPECT_THROW(decode({}), DataError);
}

TEST(Resize, KeepsAConstantImage) {
  Image grey{{7, 5}, std::vector<std::uint8_t>(105, 200)};
  for (const ImageSize size : {ImageSize{3, 3}, ImageSize{20, 11}, ImageSize{1, 1}})
    EXPECT_THAT(resize(grey, size).pixels, Each(200));
}

TEST(Resize, InterpolatesLinearlyWhenGrowing) {
  EXPECT_THAT(first_row(resize(row_image({0, 100}), {1, 4})), ElementsAre(0, 25, 75, 100));
}

TEST(Resize, TakesInEveryPixelWhenShrinking) {
  // Pixels 0, 1, 2 of the 4 weigh 3, 3, 1 parts of 7 in the first half.
  EXPECT_THAT(first_row(resize(row_image({70, 70, 0, 0}), {1, 2})), ElementsAre(60, 10));
  EXPECT_THAT(first_row(resize(row_image({0, 0, 0, 0, 255, 0, 0, 0}), {1, 2})),
              ElementsAre(testing::Gt(0), testing::Gt(0)));
}

TEST(Resize, TreatsRowsColumnsAndChannelsApart) {
  Image image = smooth_image({8, 8});
  const Image half = resize(image, {4, 8});
  ASSERT_EQ(half.pixels.size(), 96U);
  for (int c = 0; c < 3; ++c)
    for (int x = 0; x < 8; ++x) {
      const auto at =
          static_cast<std::size_t>(c * 32 + 8 + x);  // the second row lies at 2.5 of the first image
      EXPECT_NEAR(half.pixels[at], c * 60 + 5 + x, 1);
    }
}

}  // namespace
}  // namespace fedfr::data
