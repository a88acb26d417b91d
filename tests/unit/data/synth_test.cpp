#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/data/synth/synth_dataset.hpp"
#include "fedfr/data/synth/synth_render.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data::synth {
namespace {

using Pixels = std::vector<std::uint8_t>;

Pixels all_pixels(const Dataset& dataset) {
  const ImageSet all = dataset.all();
  std::vector<std::int64_t> which(static_cast<std::size_t>(all.size()));
  for (std::size_t i = 0; i < which.size(); ++i) which[i] = static_cast<std::int64_t>(i);
  Pixels pixels(which.size() * static_cast<std::size_t>(dataset.image_size().bytes()));
  all.read(which, pixels);
  return pixels;
}

/// Cosine similarity of the raw pixels in [-1, 1].
double pixel_cosine(const Pixels& a, const Pixels& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i] / 127.5 - 1.0, y = b[i] / 127.5 - 1.0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / std::sqrt(aa * bb);
}

TEST(SyntheticFace, IsAFunctionOfSeedIdentityAndImage) {
  constexpr ImageSize size{56, 56};
  const auto face = synthetic_face(1, 2, 3, size).pixels;
  EXPECT_EQ(face, synthetic_face(1, 2, 3, size).pixels);
  EXPECT_NE(face, synthetic_face(2, 2, 3, size).pixels);
  EXPECT_NE(face, synthetic_face(1, 3, 3, size).pixels);
  EXPECT_NE(face, synthetic_face(1, 2, 4, size).pixels);
}

TEST(SyntheticFace, DrawsAnySize) {
  for (const ImageSize size : {ImageSize{8, 8}, ImageSize{112, 112}, ImageSize{112, 96}, ImageSize{40, 64}}) {
    const auto face = synthetic_face(1, 0, 0, size);
    EXPECT_EQ(face.size, size);
    EXPECT_EQ(std::ssize(face.pixels), size.bytes());
    EXPECT_GT(*std::ranges::max_element(face.pixels) - *std::ranges::min_element(face.pixels), 60);
  }
}

TEST(SyntheticFace, PersonStaysTheSameWhileTheViewChanges) {
  const auto person = draw_identity(7, 11), again = draw_identity(7, 11);
  EXPECT_EQ(person.eye_x, again.eye_x);
  EXPECT_EQ(person.texture_seed, again.texture_seed);
  EXPECT_NE(draw_view(7, 11, 0).yaw, draw_view(7, 11, 1).yaw);
}

TEST(SyntheticFace, NuisanceIsWhatMakesPicturesDiffer) {
  for (std::uint64_t image = 0; image < 50; ++image) {
    const auto studio = draw_view(7, 11, image, 0), street = draw_view(7, 11, image),
               half = draw_view(7, 11, image, 0.5F);
    EXPECT_EQ(studio.yaw, 0);
    EXPECT_FALSE(studio.glasses);
    EXPECT_EQ(studio.occluder, Occluder::none);
    EXPECT_FLOAT_EQ(half.yaw, street.yaw / 2);
    EXPECT_LE(half.glasses, street.glasses);
  }
}

// The faces are only worth learning from if the person is not to be seen from the pixels as they are.
TEST(SyntheticFace, RawPixelsHardlyTellIdentitiesApart) {
  constexpr std::uint64_t identities = 150, images = 4;
  constexpr ImageSize size{28, 28};
  std::vector<Pixels> faces;
  for (std::uint64_t i = 0; i < identities; ++i) {
    for (std::uint64_t m = 0; m < images; ++m) faces.push_back(synthetic_face(9, i, m, size).pixels);
  }
  std::vector<std::pair<double, bool>> scores;  // cosine, genuine
  for (std::size_t i = 0; i < identities; ++i) {
    for (std::size_t a = 0; a < images; ++a) {
      const auto& face = faces[i * images + a];
      scores.emplace_back(pixel_cosine(face, faces[i * images + (a + 1) % images]), true);
      scores.emplace_back(pixel_cosine(face, faces[(i + 1 + 7 * a) % identities * images + a]), false);
    }
  }
  std::ranges::sort(scores, std::greater<>{});
  std::ptrdiff_t right = std::ssize(scores) / 2, best = right;
  for (const auto& score : scores) best = std::max(best, right += score.second ? 1 : -1);
  EXPECT_LT(static_cast<double>(best) / static_cast<double>(scores.size()), 0.62);
}

class SyntheticCollection : public testing::Test {
 protected:
  Dataset make(const std::string& name, const DatasetOptions& options) const {
    write_collection(folder_ / name, options);
    return Dataset(folder_ / name);
  }
  test::TempFolder folder_;
  DatasetOptions options_{.identities = 6, .min_images = 2, .max_images = 5, .size = {24, 24}, .seed = 3};
};

TEST_F(SyntheticCollection, DoesNotDependOnThreads) {
  const auto one = make("one", options_);
  options_.threads = 3;
  const auto three = make("three", options_);
  EXPECT_EQ(all_pixels(one), all_pixels(three));
}

TEST_F(SyntheticCollection, GrowsWithoutChangingWhatIsThere) {
  const auto few = make("few", options_);
  options_.identities = 9;
  const auto more = make("more", options_);
  const auto expected = all_pixels(few), pixels = all_pixels(more);
  ASSERT_GT(pixels.size(), expected.size());
  EXPECT_TRUE(std::ranges::equal(expected, std::span(pixels).first(expected.size())));
}

TEST_F(SyntheticCollection, HoldsTheNumberOfImagesAskedFor) {
  options_.identities = 30;
  const auto dataset = make("set", options_);
  EXPECT_EQ(dataset.role(), Role::collection);
  EXPECT_EQ(dataset.identities(), 30);
  EXPECT_EQ(dataset.identity_names(ClientId{0}).at(12), "synth_00012");
  std::map<std::int32_t, std::int64_t> counts;
  for (const auto label : dataset.all().labels()) ++counts[label];
  std::int64_t least = 99, most = 0;
  for (const auto& [label, count] : counts) {
    least = std::min(least, count);
    most = std::max(most, count);
  }
  EXPECT_EQ(std::ssize(counts), 30);
  EXPECT_EQ(least, 2);
  EXPECT_EQ(most, 5);
}

TEST_F(SyntheticCollection, RefusesImpossibleOptions) {
  for (const auto& change : std::vector<void (*)(DatasetOptions&)>{
           [](DatasetOptions& o) { o.identities = 0; }, [](DatasetOptions& o) { o.min_images = 0; },
           [](DatasetOptions& o) { o.max_images = 1; },
           [](DatasetOptions& o) {
             o.size = {4, 4};
           },
           [](DatasetOptions& o) { o.threads = 0; }}) {
    auto options = options_;
    change(options);
    EXPECT_THROW(make("refused", options), UsageError);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "refused"));
  }
}

}  // namespace
}  // namespace fedfr::data::synth
