// Faces brought to InsightFace's place: aligned/ has what OpenCV made, as aligned/make.py notes.
#include "fedfr/data/codec/alignment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/import/landmark_table.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "pictures.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::filesystem::path aligned_path(const std::string& name) {
  return std::filesystem::path(FEDFR_PICTURES_DIR) / "../aligned" / name;
}

int largest_difference(const Image& one, const Image& other) {
  if (one.size != other.size) return 256;
  int largest = 0;
  for (std::size_t i = 0; i < one.pixels.size(); ++i)
    largest = std::max(largest, std::abs(one.pixels[i] - other.pixels[i]));
  return largest;
}

TEST(Alignment, HasThePixelsOfOpenCV) {
  const Image drawing = read_image(aligned_path("drawing.png"));
  const LandmarkTable landmarks(aligned_path("landmarks.csv"), {});
  EXPECT_EQ(landmarks.size(), 4U);
  for (const std::string name : {"upright.png", "turned.png", "large.png", "small.png"})
    EXPECT_LE(largest_difference(align(drawing, landmarks.find(name)), read_image(aligned_path(name))), 1)
        << name;
}

TEST(Alignment, LeavesAnAlignedImageAsItIs) {
  const Image image = test::numbered_image(1, aligned_size);
  EXPECT_EQ(align(image, aligned_landmarks).pixels, image.pixels);
  const auto map = fit_similarity(aligned_landmarks, aligned_landmarks);
  ASSERT_TRUE(map);
  EXPECT_NEAR((*map)[0][0], 1, 1e-12);
  EXPECT_NEAR((*map)[0][2], 0, 1e-10);
}

TEST(Alignment, FindsATurnedScaledAndShiftedFace) {
  Landmarks moved;
  for (std::size_t i = 0; i < moved.size(); ++i)  // by 90 degrees, twice as large
    moved[i] = {10 - 2 * aligned_landmarks[i].y, 20 + 2 * aligned_landmarks[i].x};
  const auto map = fit_similarity(moved, aligned_landmarks);
  ASSERT_TRUE(map);
  EXPECT_NEAR((*map)[0][0], 0, 1e-7);
  EXPECT_NEAR((*map)[0][1], 0.5, 1e-7);
  EXPECT_NEAR((*map)[0][2], -10, 1e-5);
  EXPECT_NEAR((*map)[1][2], 5, 1e-5);
}

TEST(Alignment, RefusesPointsThatAreNoFace) {
  const Image image = test::numbered_image(1);
  Landmarks points{};
  EXPECT_THROW(align(image, points), DataError) << "all of them one";
  points = aligned_landmarks;
  points[2].x = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(align(image, points), DataError);
  points[2].x = std::numeric_limits<float>::max();
  for (const float far : {1e30F, -1e30F}) {
    points[2].x = far;
    try {
      EXPECT_EQ(align(image, points).size, aligned_size);  // black, but no harm is done
    } catch (const DataError&) {
    }
  }
}

class LandmarkTables : public testing::Test {
 protected:
  static std::string numbers(int first, const char* separator) {
    std::string text;
    for (int i = 0; i < 10; ++i) text += separator + std::to_string(first + i) + ".5";
    return text;
  }
  static float first_x(const std::string& text, const std::string& path) {
    return LandmarkTable::of_text(text, "landmarks.txt").find(path)[0].x;
  }
  static std::string refusal(const std::string& text, const std::string& path = "a/1.jpg") {
    try {
      return fmt::format("accepted: {}", first_x(text, path));
    } catch (const DataError& e) {
      return e.what();
    }
  }
};

TEST_F(LandmarkTables, ReadEveryForm) {
  for (const std::string& text : {
           "a/1.jpg" + numbers(3, ",") + "\n",                                           // CSV
           "path,x1,y1,x2,y2,x3,y3,x4,y4,x5,y5\n\"a/1.jpg\"" + numbers(3, ", ") + "\n",  // with a heading
           "a/1.jpg" + numbers(3, " ") + "\n",                                           // LFW-style
           "a/1.jpg\t" + numbers(3, "\t").substr(1) + "\r\n",                            // with tabs
           "a/1.jpg 17" + numbers(3, " ") + "\n",                                        // a label
           "a/1.jpg" + numbers(3, " ") + " 0.998\n",                                     // a score
           "a/1.jpg 10 20 30 40" + numbers(3, " ") + "\n",                               // a box
           "a/1.jpg 10 20 30 40" + numbers(3, " ") + " 0.5\n",                           // and a score
           "2\nlefteye_x lefteye_y righteye_x righteye_y\n/x/a/1.png" + numbers(3, "  ") + "\n\n"  // CelebA
       }) {
    const auto table = LandmarkTable::of_text(text, "landmarks.txt");
    EXPECT_EQ(table.size(), 1) << text;
    EXPECT_EQ(table.find("a/1.jpg")[0], (Point{3.5F, 4.5F})) << text;
    EXPECT_EQ(table.find("a/1.jpg")[4], (Point{11.5F, 12.5F})) << text;
  }
}

TEST_F(LandmarkTables, FindPathsByTheirEnds) {
  const std::string text = "x/a/1.jpg" + numbers(1, " ") + "\nx/b/1.jpg" + numbers(2, " ") +
                           "\n002/front/1.jpg" + numbers(3, " ") + "\n003/front/1.jpg" + numbers(4, " ") +
                           "\n7.jpg" + numbers(5, " ");
  EXPECT_EQ(first_x(text, "a/1.jpg"), 1.5F);
  EXPECT_EQ(first_x(text, "b/1.png"), 2.5F);
  EXPECT_EQ(first_x(text, "003/front/1.jpg"), 4.5F);
  EXPECT_EQ(first_x(text, "somebody/7.jpg"), 5.5F);
  EXPECT_THAT(refusal(text, "c/1.jpg"), HasSubstr("landmarks.txt has no landmarks of \"c/1.jpg\""));
  EXPECT_THAT(refusal(text, "front/1.jpg"), HasSubstr("either of which may be"));
}

/// More than are held in memory.
TEST_F(LandmarkTables, FindEachOfManyPaths) {
  constexpr int count = 150'000;
  const fedfr::test::TempFolder folder;
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("set/{}/{}.jpg{}\n", i % 1000, i, numbers(i, " "));
  test::overwrite(folder / "points.txt", text);
  const LandmarkTable table(folder / "points.txt", folder.path());
  EXPECT_EQ(table.size(), count);
  int wrong = 0;
  for (int i = 0; i < count; i += 7)
    wrong += table.find(fmt::format("{}/{}.png", i % 1000, i))[0].x == static_cast<float>(i) + 0.5F ? 0 : 1;
  EXPECT_EQ(wrong, 0);
  EXPECT_THROW(table.find("3/4.png"), DataError);
}

TEST_F(LandmarkTables, NameTheLineThatIsWrong) {
  const auto good = "a/1.jpg" + numbers(1, " ") + "\n";
  EXPECT_THAT(refusal(good + "a/2.jpg 1 2 3\n"), HasSubstr("landmarks.txt, line 2: 4 columns"));
  EXPECT_THAT(refusal(good + "a/2.jpg 1 2 3 4 5 6 7 8 9 x\n"), HasSubstr("line 2: \"x\" is no coordinate"));
  EXPECT_THAT(refusal(good + "a/2.jpg 1 2 3 4 5 6 7 8 9 nan\n"),
              HasSubstr("line 2: \"nan\" is no coordinate"));
  EXPECT_THAT(refusal("a\nb\nc\n"), HasSubstr("line 3: expected a path"));
  EXPECT_THAT(refusal("a\n"), HasSubstr("has no landmarks"));
  EXPECT_THAT(refusal(""), HasSubstr("has no landmarks"));
}

}  // namespace
}  // namespace fedfr::data
