// augment/expected.txt has what OpenCV and Pillow make of a small image, as augment/make.py noted.
#include "fedfr/data/augment/augment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "fedfr/data/augment/crop.hpp"
#include "fedfr/data/augment/low_resolution.hpp"
#include "fedfr/data/augment/photometric.hpp"

namespace fedfr::data {
namespace {

using Pixels = std::vector<std::uint8_t>;
constexpr ImageSize size{10, 9};

Pixels formula_image() {
  Pixels pixels(static_cast<std::size_t>(size.bytes()));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37 + i * i % 211);
  return pixels;
}

Pixels from_hex(const std::string& text) {
  Pixels bytes;
  for (std::size_t i = 0; i < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

int largest_difference(const Pixels& a, const Pixels& b) {
  if (a.size() != b.size()) return 256;
  return std::transform_reduce(
      a.begin(), a.end(), b.begin(), 0, [](int x, int y) { return std::max(x, y); },
      [](int x, int y) { return std::abs(x - y); });
}

std::map<std::string, std::vector<std::string>> expected_lines() {
  std::ifstream file(std::string(FEDFR_AUGMENT_DIR) + "/expected.txt");
  std::map<std::string, std::vector<std::string>> lines;
  for (std::string name, rest; file >> name && std::getline(file >> std::ws, rest);)
    lines[name].push_back(rest);
  return lines;
}

TEST(Augment, ResizesAsOpenCvDoes) {
  const auto lines = expected_lines();
  const std::pair<const char*, Interpolation> filters[] = {{"nearest", Interpolation::nearest},
                                                           {"linear", Interpolation::linear},
                                                           {"area", Interpolation::area},
                                                           {"cubic", Interpolation::cubic},
                                                           {"lanczos", Interpolation::lanczos}};
  const Pixels image = formula_image();
  for (const auto& [name, interpolation] : filters) {
    ASSERT_EQ(lines.at(name).size(), 8U);
    for (const auto& line : lines.at(name)) {
      std::istringstream words(line);
      ImageSize to;
      std::string hex;
      words >> to.height >> to.width >> hex;
      Pixels out(static_cast<std::size_t>(to.bytes()));
      resize(image, size, out, to, interpolation);
      EXPECT_LE(largest_difference(out, from_hex(hex)), 1) << name << " to " << to.height << "x" << to.width;
    }
  }
}

TEST(Augment, ChangesColoursAsPillowDoesToTheBit) {
  const auto lines = expected_lines();
  const std::pair<const char*, void (*)(std::span<std::uint8_t>, float)> changes[] = {
      {"brightness", change_brightness}, {"contrast", change_contrast}, {"saturation", change_saturation}};
  for (const auto& [name, change] : changes) {
    ASSERT_EQ(lines.at(name).size(), 5U);
    for (const auto& line : lines.at(name)) {
      std::istringstream words(line);
      float factor = 0;
      std::string hex;
      words >> factor >> hex;
      Pixels out = formula_image();
      change(out, factor);
      EXPECT_EQ(out, from_hex(hex)) << name << " by " << factor;
    }
  }
}

TEST(Augment, ACropStaysInsideAndCoversAFifthOrMore) {
  RngStream random({.seed = 1});
  double smallest = 1, largest = 0;
  for (const ImageSize of : {ImageSize{112, 112}, ImageSize{50, 70}, ImageSize{100, 10}, ImageSize{1, 1}}) {
    for (int i = 0; i < 2000; ++i) {
      const Box box = draw_box(of, random);
      ASSERT_TRUE(box.top >= 0 && box.left >= 0 && box.height > 0 && box.width > 0);
      ASSERT_TRUE(box.top + box.height <= of.height && box.left + box.width <= of.width);
      if (of != ImageSize{112, 112}) continue;
      const double area = static_cast<double>(box.height) * box.width / (112 * 112);
      smallest = std::min(smallest, area);
      largest = std::max(largest, area);
      const double ratio = static_cast<double>(box.width) / box.height;
      ASSERT_TRUE(ratio > 0.74 && ratio < 1.35) << ratio;
    }
  }
  EXPECT_NEAR(smallest, 0.2, 0.02);
  EXPECT_GT(largest, 0.9);
  const Box tall = draw_box({100, 10}, random);  // no attempt can succeed
  EXPECT_EQ(tall.width, 10);
  EXPECT_EQ(tall.height, 13);
  EXPECT_EQ(tall.top, 43);
}

TEST(Augment, WhatIsOutsideACropIsBlack) {
  Pixels pixels = formula_image();
  keep_only(pixels, size, {.top = 2, .left = 3, .height = 5, .width = 4});
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        const auto i = static_cast<std::size_t>((c * size.height + y) * size.width + x);
        const bool inside = y >= 2 && y < 7 && x >= 3 && x < 7;
        EXPECT_EQ(pixels[i], inside ? formula_image()[i] : 0) << c << " " << y << " " << x;
      }
}

/// How many of 4,000 images are changed.
int changed(const Augmentation& augmentation) {
  int count = 0;
  for (int i = 0; i < 4000; ++i) {
    Pixels pixels = formula_image();
    RngStream random = image_stream({.seed = 3, .purpose = Purpose::augmentation}, 0, i);
    augment(pixels, size, augmentation, random);
    count += pixels != formula_image() ? 1 : 0;
  }
  return count;
}

TEST(Augment, EachChangeHasItsProbability) {
  EXPECT_EQ(changed({}), 0);
  EXPECT_FALSE(Augmentation{}.any());
  for (const Augmentation& one : {Augmentation{.crop = 0.25}, Augmentation{.low_resolution = 0.25},
                                  Augmentation{.photometric = 0.25}}) {
    EXPECT_TRUE(one.any());
    EXPECT_NEAR(changed(one), 1000, 120);  // four standard deviations
  }
}

TEST(Augment, LowResolutionRepeatsAndTakesEveryFilter) {
  std::map<Pixels, int> results;
  for (int i = 0; i < 300; ++i) {
    Pixels once = formula_image(), again = once;
    const StreamKey key{.seed = 9, .purpose = Purpose::augmentation, .round = 2, .client = 5, .epoch = 1};
    RngStream first = image_stream(key, 1, i), second = image_stream(key, 1, i);
    lower_resolution(once, size, first);
    lower_resolution(again, size, second);
    EXPECT_EQ(once, again);
    ++results[once];
  }
  // Seven or eight sizes and 25 pairs of filters.
  EXPECT_GT(results.size(), 80U);
}

TEST(Augment, StreamsOfImagesDiffer) {
  const StreamKey key{.seed = 9, .purpose = Purpose::augmentation};
  std::map<std::uint64_t, int> first;
  for (std::int32_t source = 0; source < 5; ++source)
    for (std::int64_t index = 0; index < 50; ++index) ++first[image_stream(key, source, index).next()];
  for (std::uint64_t epoch = 1; epoch < 50; ++epoch)
    ++first[image_stream({.seed = 9, .purpose = Purpose::augmentation, .epoch = epoch}, 0, 0).next()];
  EXPECT_EQ(first.size(), 250U + 49);
}

}  // namespace
}  // namespace fedfr::data
