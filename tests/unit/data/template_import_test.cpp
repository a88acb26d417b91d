#include "fedfr/data/templates/template_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/data/codec/alignment.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/data/templates/template_tables.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// A folder like IJB's with four images of three templates; the points are those of an aligned face, moved.
class HandedOut : public testing::Test {
 protected:
  HandedOut() {
    fs::create_directories(root() / "loose_crop");
    fs::create_directories(root() / "meta");
    std::string faces;
    for (int i = 1; i <= 4; ++i) {
      const Image crop = picture(i);
      const auto bytes = encode_jpeg(crop, 100);
      std::ofstream(root() / "loose_crop" / name(i), std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
      faces += name(i);
      for (const auto& point : aligned_landmarks)
        faces += " " + std::to_string(point.x + shift) + " " + std::to_string(point.y + shift);
      faces += " 0.9" + std::to_string(i) + "\n";
    }
    meta("ijbx_name_5pts_score.txt", faces);
    meta("ijbx_face_tid_mid.txt", "1.jpg 7 1\n2.jpg 7 2\n3.jpg 8 1\n4.jpg 9 1\n");
    meta("ijbx_template_pair_label.txt", "7 8 1\n7 9 0\n8 9 0\n");
    meta("ijbx_1N_gallery_G1.csv", "TEMPLATE_ID,SUBJECT_ID,FILENAME\n7,70,a\n7,70,b\n");
    meta("ijbx_1N_gallery_G2.csv", "TEMPLATE_ID,SUBJECT_ID,FILENAME\n9,90,d\n");
    meta("ijbx_1N_probe_mixed.csv", "TEMPLATE_ID,SUBJECT_ID,FILENAME\n8,70,c\n");
  }

  static constexpr float shift = 20;
  static std::string name(int i) { return std::to_string(i) + ".jpg"; }
  fs::path root() const { return folder_ / "IJBX"; }
  fs::path output() const { return folder_ / "out"; }
  void meta(const std::string& file, const std::string& text) const {
    std::ofstream(root() / "meta" / file) << text;
  }

  /// Smooth, so that JPEG keeps it, and another one for each number.
  static Image picture(int i) {
    Image image{.size = {160, 150}, .pixels = {}};
    image.pixels.resize(static_cast<std::size_t>(image.size.bytes()));
    for (std::size_t p = 0; p < image.pixels.size(); ++p) {
      const auto y = p / 150 % 160, x = p % 150;
      image.pixels[p] = static_cast<std::uint8_t>((x + y + 40 * static_cast<std::size_t>(i)) / 2);
    }
    return image;
  }

  TemplateImportReport import() const {
    return import_templates(find_template_source(root(), std::nullopt), output(), 2);
  }
  std::string refusal() const {
    try {
      import();
    } catch (const DataError& e) {
      EXPECT_FALSE(fs::exists(output())) << "nothing is left behind";
      return e.what();
    }
    return "accepted";
  }

  test::TempFolder folder_;
};

TEST_F(HandedOut, BecomesADatasetWithItsTables) {
  const auto report = import();
  EXPECT_EQ(report.images, 4);
  EXPECT_EQ(report.templates, 3);
  EXPECT_EQ(report.people, 2);
  EXPECT_EQ(report.genuine_pairs, 1);
  EXPECT_EQ(report.impostor_pairs, 2);
  const Dataset dataset(output());
  EXPECT_EQ(dataset.role(), Role::collection);
  EXPECT_EQ(dataset.image_size(), aligned_size);
  EXPECT_THAT(dataset.all().labels(), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(dataset.identity_names(ClientId{0}), ElementsAre("subject 70", "subject 90"));
  EXPECT_EQ(dataset.all().source_name(2), "3.jpg");
  EXPECT_TRUE(verify_checksums(output()).empty());
  const auto tables = load_template_tables(output(), dataset.images());
  EXPECT_THAT(tables.templates, ElementsAre(7, 7, 8, 9));
  EXPECT_EQ(tables.detector_scores[3], 0.94F);
  EXPECT_EQ(tables.pairs.size(), 3U);
  EXPECT_THAT(tables.galleries[1], ElementsAre(TemplateSubject{9, 90}));
  EXPECT_THAT(tables.probes, ElementsAre(TemplateSubject{8, 70}));
}

TEST_F(HandedOut, IsAlignedByThePointsOfEachImage) {
  import();
  const auto images = Dataset(output()).all();
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(aligned_size.bytes()));
  images.read(std::vector<std::int64_t>{1}, pixels);
  const auto expected = picture(2);
  for (const std::size_t y : {5U, 60U, 100U})
    for (const std::size_t x : {5U, 60U, 100U})
      EXPECT_NEAR(pixels[y * 112 + x], expected.pixels[(y + 20) * 150 + x + 20], 2) << x << ' ' << y;
}

TEST_F(HandedOut, IsReadFromATarFileLikeFromAFolder) {
  import();
  const auto pixels = [&] {
    std::vector<std::uint8_t> all(static_cast<std::size_t>(4 * aligned_size.bytes()));
    Dataset(output()).all().read(std::vector<std::int64_t>{0, 1, 2, 3}, all);
    return all;
  };
  const auto from_folder = pixels();
  fs::remove_all(output());
  const auto command = "cd '" + root().string() + "' && tar --sort=none -cf loose_crop.tar loose_crop";
  ASSERT_EQ(std::system(command.c_str()), 0);
  fs::remove_all(root() / "loose_crop");
  import();
  EXPECT_EQ(pixels(), from_folder);
  fs::remove_all(output());
  meta("ijbx_name_5pts_score.txt", "5.jpg 1 2 3 4 5 6 7 8 9 10 1\n");
  meta("ijbx_face_tid_mid.txt", "5.jpg 7 1\n");
  for (const char* table : {"1N_gallery_G1", "1N_gallery_G2", "1N_probe_mixed"})
    fs::remove(root() / "meta" / (std::string("ijbx_") + table + ".csv"));
  EXPECT_THAT(refusal(), HasSubstr("loose_crop.tar has no image '5.jpg'"));
}

TEST_F(HandedOut, MayLackTheTablesOfOneProtocol) {
  fs::remove(root() / "meta" / "ijbx_template_pair_label.txt");
  EXPECT_EQ(import().genuine_pairs, 0);
  fs::remove_all(output());
  meta("ijbx_template_pair_label.txt", "7 8 1\n");
  for (const char* table : {"gallery_G1", "gallery_G2", "probe_mixed"})
    fs::remove(root() / "meta" / (std::string("ijbx_1N_") + table + ".csv"));
  EXPECT_EQ(import().people, 3) << "each template one of its own";
}

TEST_F(HandedOut, IsRefusedByWhatIsWrongWithIt) {
  fs::remove(root() / "loose_crop" / "3.jpg");
  EXPECT_THAT(refusal(), HasSubstr("3.jpg"));
  std::ofstream(root() / "loose_crop" / "3.jpg") << "no picture";
  EXPECT_THAT(refusal(), HasSubstr("the image '3.jpg' cannot be used"));
  meta("ijbx_face_tid_mid.txt", "1.jpg 7 1\n2.jpg 7 2\n4.jpg 8 1\n3.jpg 9 1\n");
  EXPECT_THAT(refusal(), HasSubstr("image 3 is '4.jpg' in"));
  meta("ijbx_face_tid_mid.txt", "1.jpg 7 1\n");
  EXPECT_THAT(refusal(), HasSubstr("has 1 images"));
  meta("ijbx_1N_probe_mixed.csv", "8,90\n7,90\n");
  meta("ijbx_face_tid_mid.txt", "1.jpg 7 1\n2.jpg 7 2\n3.jpg 8 1\n4.jpg 9 1\n");
  EXPECT_THAT(refusal(), HasSubstr("template 7 is of subject 90 here and of 70 in another table"));
  meta("ijbx_1N_probe_mixed.csv", "5,50\n");
  EXPECT_THAT(refusal(), HasSubstr("template 5 of the tables of 1:N has no image"));
  meta("ijby_face_tid_mid.txt", "");
  EXPECT_THAT(refusal(), HasSubstr("are both tables of one kind"));
}

TEST_F(HandedOut, NamesImagesNotPaths) {
  std::string text = read_text(root() / "meta" / "ijbx_name_5pts_score.txt");
  text.replace(text.find("2.jpg"), 5, "../meta/x.jpg");
  meta("ijbx_name_5pts_score.txt", text);
  meta("ijbx_face_tid_mid.txt", "1.jpg 7 1\n../meta/x.jpg 7 2\n3.jpg 8 1\n4.jpg 9 1\n");
  EXPECT_THAT(refusal(), HasSubstr("is named by a path"));
}

}  // namespace
}  // namespace fedfr::data
