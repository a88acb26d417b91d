#include "fedfr/data/templates/template_tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fedfr/core/error.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The message of the DataError.
template <class Work>
std::string refusal(const Work& work) {
  try {
    work();
  } catch (const DataError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(TemplateFaces, AreFivePointsAndAScore) {
  const auto faces = parse_template_faces(
      "1.jpg 30.5 51 65 51 48 71 33 92 62 -0.25 0.9987\r\n\n2.jpg\t1 2 3 4 5 6 7 8 9 10 1\n", "faces.txt");
  ASSERT_EQ(faces.size(), 2U);
  EXPECT_EQ(faces[0].name, "1.jpg");
  EXPECT_EQ(faces[0].landmarks[0], 30.5F);
  EXPECT_EQ(faces[0].landmarks[9], -0.25F);
  EXPECT_EQ(faces[0].detector_score, 0.9987F);
  EXPECT_EQ(faces[1].landmarks[9], 10);
}

TEST(TemplateFaces, AreRefusedByTheirLine) {
  const auto refuse = [](const std::string& line) {
    return refusal([&] { parse_template_faces("1.jpg 1 2 3 4 5 6 7 8 9 10 1\n" + line, "faces.txt"); });
  };
  EXPECT_THAT(refuse("2.jpg 1 2 3\n"), HasSubstr("faces.txt, line 2: it ends before the landmark"));
  EXPECT_THAT(refuse("2.jpg 1 2 3 4 5 6 7 8 9 x 1\n"), HasSubstr("line 2: 'x' is no landmark"));
  EXPECT_THAT(refuse("2.jpg 1 2 3 4 5 6 7 8 9 nan 1\n"), HasSubstr("the landmark is nan"));
  EXPECT_THAT(refuse("2.jpg 1 2 3 4 5 6 7 8 9 10 1e99\n"), HasSubstr("is no detector score"));
  EXPECT_THAT(refuse("2.jpg 1 2 3 4 5 6 7 8 9 10 1 2\n"), HasSubstr("'2' is too much"));
}

TEST(TemplateImages, HaveATemplateAndAMedium) {
  const auto images = parse_template_images("1.jpg 7 69544\n2.jpg 7 3", "images.txt");
  EXPECT_EQ(images[0].template_id, 7);
  EXPECT_EQ(images[0].medium, 69544);
  EXPECT_EQ(images[1].name, "2.jpg");
  EXPECT_THAT(refusal([] { parse_template_images("1.jpg 99999999999 1\n", "i"); }),
              HasSubstr("no number of a"));
}

TEST(TemplatePairs, AreOfOnePersonOrTwo) {
  const auto pairs = parse_template_pairs("1 11065 1\n1 11066 0\n", "pairs.txt");
  EXPECT_TRUE(pairs[0].genuine);
  EXPECT_EQ(pairs[1].second, 11066);
  EXPECT_FALSE(pairs[1].genuine);
  EXPECT_THAT(refusal([] { parse_template_pairs("1 2 0\n1 2 2\n", "pairs.txt"); }),
              HasSubstr("pairs.txt, line 2: the label 2 is neither 0 nor 1"));
}

TEST(TemplateSubjects, ComeOnceEachWhateverElseALineHas) {
  const auto subjects = parse_template_subjects(
      "TEMPLATE_ID,SUBJECT_ID,FILENAME\n2,5,img/1.jpg,\"a, b\"\n2,5,img/2.jpg\n1,9,x\n", "gallery.csv");
  EXPECT_THAT(subjects, ElementsAre(TemplateSubject{2, 5}, TemplateSubject{1, 9}));
  EXPECT_THAT(parse_template_subjects("\xEF\xBB\xBF"
                                      "3,4\n",
                                      "g"),
              ElementsAre(TemplateSubject{3, 4}))
      << "no names";
  EXPECT_THAT(refusal([] { parse_template_subjects("1,5\n1,6\n", "gallery.csv"); }),
              HasSubstr("line 2: template 1 is of subject 6 here and of 5 before"));
  EXPECT_THAT(refusal([] { parse_template_subjects("a,b\nc,d\n", "g"); }), HasSubstr("'c' is no number"));
}

class StoredTables : public testing::Test {
 protected:
  void write(const char* file, const std::string& text) const {
    std::filesystem::create_directories(template_folder(folder_.path()));
    std::ofstream(template_folder(folder_.path()) / file) << text;
  }
  TemplateTables load(std::int64_t images) const { return load_template_tables(folder_.path(), images); }

  test::TempFolder folder_;
};

TEST_F(StoredTables, BelongToTheImagesOfTheDataset) {
  EXPECT_FALSE(has_templates(folder_.path()));
  write(template_files::faces, "a 1 2 3 4 5 6 7 8 9 10 0.5\nb 1 2 3 4 5 6 7 8 9 10 0.25\n");
  write(template_files::images, "a 7 1\nb 8 1\n");
  EXPECT_TRUE(has_templates(folder_.path()));
  const auto tables = load(2);
  EXPECT_THAT(tables.templates, ElementsAre(7, 8));
  EXPECT_THAT(tables.detector_scores, ElementsAre(0.5F, 0.25F));
  EXPECT_TRUE(tables.pairs.empty());
  EXPECT_TRUE(tables.probes.empty());
  EXPECT_THAT(refusal([&] { load(3); }), HasSubstr("has 2 lines, but the dataset has 3 images"));
  write(template_files::images, "a 7 1\nc 8 1\n");
  EXPECT_THAT(refusal([&] { load(2); }), HasSubstr("name different images in line 2"));
}

TEST_F(StoredTables, OfASearchComeTogether) {
  write(template_files::faces, "a 1 2 3 4 5 6 7 8 9 10 0.5\n");
  write(template_files::images, "a 7 1\n");
  write(template_files::probes, "7,1\n");
  write(template_files::galleries[0], "7,1\n");
  EXPECT_THAT(refusal([&] { load(1); }), HasSubstr(template_files::galleries[1]));
  write(template_files::galleries[1], "8,2\n");
  EXPECT_THAT(load(1).galleries[1], ElementsAre(TemplateSubject{8, 2}));
}

}  // namespace
}  // namespace fedfr::data
