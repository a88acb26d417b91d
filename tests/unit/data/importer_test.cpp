#include "fedfr/data/import/importer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "import_test.hpp"
#include "pictures.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;
namespace fs = std::filesystem;

ImportReport import_folder(const fs::path& source, const fs::path& output, const ImportOptions& options) {
  return import_images(std::span(&source, 1), output, options);
}

class Import : public testing::Test {
 protected:
  Import() {
    // Made in an order that is not theirs.
    put_png("carl/2.png", 5);
    put_png("carl/10.png", 4);  // by name before 2.png
    put_jpeg("Bo/b.JPG", 2);
    put_jpeg("Bo/a.jpeg", 1);
    put_jpeg("Bo/c.jpg", 3);
    put_png("ann/x.png", 6);
    put_text("ann/notes.txt", "not an image");
    put_text("ann/.hidden.png", "not an image");
    put_text("list.png", "not in a folder of an identity");
  }

  fs::path source() const { return folder_ / "in"; }
  fs::path out() const { return folder_ / "out"; }
  fs::path place(const std::string& name) const {
    make_folder((source() / name).parent_path());
    return source() / name;
  }
  void put_text(const std::string& name, std::string_view text) const { overwrite(place(name), text); }
  void put_png(const std::string& name, std::int64_t number, ImageSize size = stored_size) const {
    write_png(place(name), numbered_image(number, size));
  }
  void put_jpeg(const std::string& name, std::int64_t number) const {
    const auto bytes = encode_jpeg(numbered_image(number), 95);
    put_text(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  std::string refusal(const ImportOptions& options = {}) const {
    std::string message = "accepted";
    try {
      import_folder(source(), out(), options);
    } catch (const DataError& e) {
      message = e.what();
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1) << "something is left behind";
    return message;
  }

  fedfr::test::TempFolder folder_;
};

std::vector<std::string> source_names(const ImageSet& images) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < images.size(); ++i) names.push_back(images.source_name(i));
  return names;
}

TEST_F(Import, OrdersIdentitiesAndImagesByName) {
  const auto report = import_folder(source(), out(), {});
  EXPECT_EQ(report.identities, 3);
  EXPECT_EQ(report.images, 6);
  const Dataset made(out());
  EXPECT_EQ(made.role(), Role::collection);
  EXPECT_EQ(made.image_size(), stored_size);
  EXPECT_THAT(made.identity_names(ClientId{0}), ElementsAre("Bo", "ann", "carl"));
  EXPECT_THAT(source_names(made.all()), ElementsAre("a.jpeg", "b.JPG", "c.jpg", "x.png", "10.png", "2.png"));
  EXPECT_THAT(made.all().labels(), ElementsAre(0, 0, 0, 1, 2, 2));
  EXPECT_EQ(read_one(made.all(), 1), read_image(source() / "Bo/b.JPG").pixels);
  EXPECT_EQ(read_one(made.all(), 4), numbered_image(4).pixels);
}

TEST_F(Import, GivesTheSameBytesWithAnyNumberOfThreads) {
  for (int identity = 0; identity < 30; ++identity)
    for (int image = 0; image < 40; ++image)
      put_jpeg(fmt::format("p{:02}/{:02}.jpg", identity, image), identity + image);  // more than one group
  import_folder(source(), out(), {});
  import_folder(source(), folder_ / "again", {.threads = 5});
  EXPECT_EQ(Dataset(out()).images(), 1206);
  for (const char* file : {"dataset.json", "shard_00000.h5"})
    EXPECT_EQ(read_text(out() / file), read_text(folder_ / "again" / file));
}

TEST_F(Import, KeepsTheBytesOfTheFilesWhenAskedForJpeg) {
  import_folder(source(), out(), {.encoding = Encoding::jpeg});
  const Dataset made(out());
  const auto stored = made.all().read_stored(1);
  EXPECT_EQ(std::string(stored.begin(), stored.end()), read_text(source() / "Bo/b.JPG"));
  EXPECT_EQ(read_one(made.all(), 5), numbered_image(5).pixels) << "a PNG stays a PNG";
}

TEST_F(Import, NamesAnImageOfAnotherSize) {
  put_png("carl/3.png", 7, {8, 9});
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("carl/3.png"), HasSubstr("8x9 pixels, not the 6x5 of"), HasSubstr("--resize")));
}

TEST_F(Import, ResizesWhenAsked) {
  put_png("carl/3.png", 7, {8, 9});
  for (const auto encoding : {Encoding::raw, Encoding::jpeg}) {
    const auto to = folder_ / name(encoding);
    import_folder(source(), to, {.encoding = encoding, .resize = ImageSize{8, 9}});
    const Dataset made(to);
    EXPECT_EQ(made.image_size(), (ImageSize{8, 9}));
    EXPECT_EQ(read_one(made.all(), 6), numbered_image(7, {8, 9}).pixels)
        << "one of that size is left as it is";
    const auto grown = resize(numbered_image(5), {8, 9}).pixels;
    const auto read = read_one(made.all(), 5);
    for (std::size_t i = 0; i < grown.size(); ++i)
      EXPECT_NEAR(read[i], grown[i], encoding == Encoding::raw ? 0 : 6);
  }
}

TEST_F(Import, NamesTheFirstBadImagesAndCountsAll) {
  for (int i = 0; i < 8; ++i) put_text(fmt::format("bad/{}.jpg", i), "no image");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("8 image(s) or folder(s) cannot be imported"),
                               HasSubstr("bad/0.jpg"), HasSubstr("bad/4.jpg"), Not(HasSubstr("bad/5.jpg"))));
}

TEST_F(Import, SkipsBadImagesWhenAsked) {
  put_text("Bo/aa.jpg", "no image");
  put_png("carl/3.png", 7, {8, 9});
  put_text("bad/only.jpg", "no image");
  const auto report = import_folder(source(), out(), {.skip_bad = true});
  EXPECT_THAT(all_of(report.bad),
              ElementsAre(HasSubstr("Bo/aa.jpg"), HasSubstr("bad/only.jpg"), HasSubstr("carl/3.png")));
  EXPECT_EQ(report.small_identities, 1);
  const Dataset made(out());
  EXPECT_THAT(made.identity_names(ClientId{0}), ElementsAre("Bo", "ann", "carl"));
  EXPECT_THAT(source_names(made.all()), ElementsAre("a.jpeg", "b.JPG", "c.jpg", "x.png", "10.png", "2.png"));
}

TEST_F(Import, LeavesOutSmallIdentitiesAndFurtherImages) {
  put_text("ann/y.png", "no image");  // does not count
  const auto report = import_folder(source(), out(), {.skip_bad = true, .min_images = 2, .max_images = 2});
  EXPECT_EQ(report.identities, 2);
  EXPECT_EQ(report.small_identities, 1);
  const Dataset made(out());
  EXPECT_THAT(made.identity_names(ClientId{0}), ElementsAre("Bo", "carl"));
  EXPECT_THAT(made.all().labels(), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(source_names(made.all()), ElementsAre("a.jpeg", "b.JPG", "10.png", "2.png"));
}

/// The lines of the list in a dataset of what was left out, of paths their last name.
std::vector<std::string> left_out(const fs::path& dataset) {
  std::vector<std::string> all;
  std::ifstream lines(dataset / left_out_name);
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    all.push_back(line.substr(0, tab) + ": " + fs::path(line.substr(tab + 1)).filename().string());
  }
  return all;
}

TEST_F(Import, NotesWhatIsNoImageOfAPerson) {
  for (const char* folder : {".ipynb_checkpoints", "@eaDir", "__MACOSX"})
    put_png(folder + std::string("/a.png"), 9);
  put_text("Bo/._a.jpg", "left by an archive");
  put_text("Bo/b.webp", "RIFF");
  put_png("Bo/more/a.png", 9);
  make_folder(source() / "nobody");
  fs::create_symlink("nothing", place("Bo/gone.jpg"));
  ASSERT_EQ(mkfifo(place("Bo/pipe.jpg").c_str(), 0600), 0);
  const auto report = import_folder(source(), out(), {});
  EXPECT_EQ(report.identities, 4) << "Bo/more is a person, too";
  EXPECT_EQ(report.images, 7);
  EXPECT_THAT(left_out(out()), testing::UnorderedElementsAre(
                                   "empty folder: nobody", "hidden or of a system: .ipynb_checkpoints",
                                   "hidden or of a system: @eaDir", "hidden or of a system: __MACOSX",
                                   "hidden or of a system: ._a.jpg", "hidden or of a system: .hidden.png",
                                   "link to nothing: gone.jpg", "neither JPEG nor PNG by its name: b.webp",
                                   "neither JPEG nor PNG by its name: notes.txt", "no regular file: pipe.jpg",
                                   "not in a folder of a person: list.png"));
}

TEST_F(Import, TakesAFolderOnceByItsOwnName) {
  fs::create_directory_symlink("carl", place("Anna"));  // before carl by name
  fs::create_directory_symlink("../elsewhere", place("Dora"));
  fs::create_directory_symlink("../elsewhere", place("Eva"));
  make_folder(folder_ / "elsewhere");
  write_png(folder_ / "elsewhere/1.png", numbered_image(8));
  const auto report = import_folder(source(), out(), {});
  EXPECT_THAT(Dataset(out()).identity_names(ClientId{0}), ElementsAre("Bo", "Dora", "ann", "carl"));
  EXPECT_THAT(left_out(out()),
              testing::IsSupersetOf({"another name of a folder that was looked through: Anna",
                                     "another name of a folder that was looked through: Eva"}));
  EXPECT_EQ(report.shared.count, 0);
}

TEST_F(Import, NamesPeopleWhoHaveTheSameImages) {
  fs::copy(source() / "carl", source() / "Anna");
  put_png("ann/also carl.png", 5);
  put_png("ann/twice.png", 6);  // of one person, so nobody's concern
  for (const auto encoding : {Encoding::raw, Encoding::jpeg}) {
    const auto report = import_folder(source(), folder_ / name(encoding), {.encoding = encoding});
    EXPECT_EQ(report.identities, 4) << "they are taken all the same";
    std::vector<std::string> shared;
    for (const auto& [first, second, images] : report.shared.first)
      shared.push_back(fmt::format("{} {} {}", first, second, images));
    EXPECT_THAT(shared, ElementsAre("Anna ann 1", "Anna carl 2"));
  }
}

TEST_F(Import, PassesOverFoldersOfStorageSystems) {
  for (const char* folder : {"#snapshot", "@Recycle", "@tmp", "Network Trash Folder", "__pycache__",
                             "$Recycle.Bin", "@EADIR", "Temporary Items"})
    put_png(folder + std::string("/a.png"), 9);
  put_png("@handle/a.png", 9);  // what people call themselves on the net
  import_folder(source(), out(), {});
  EXPECT_THAT(Dataset(out()).identity_names(ClientId{0}), ElementsAre("@handle", "Bo", "ann", "carl"));
}

TEST_F(Import, NamesTheFolderOfAPersonWithTooFewImages) {
  const auto report = import_folder(source(), out(), {.min_images = 2});
  EXPECT_EQ(report.left_out.at("person with too few images").count, 1);
  EXPECT_THAT(left_out(out()), testing::Contains("person with too few images: ann"));
}

TEST_F(Import, RefusesNamesAndLoopsBeforeAnyImageIsRead) {
  put_png("Zo\xEB/a.png", 8);
  put_png("two\nlines/a.png", 8);
  put_png("Bo/\xE9.png", 8);
  put_text("Bo/bad.jpg", "no image");
  fs::create_symlink("loop", place("loop"));
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("4 image(s) or folder(s)"), HasSubstr("Zo\\xEB: its name is not UTF-8"),
                    HasSubstr("two\\x0Alines: its name has control"), HasSubstr("\\xE9.png"),
                    HasSubstr("loop: Too many levels"), Not(HasSubstr("bad.jpg"))));
  const auto report = import_folder(source(), out(), {.skip_bad = true});
  EXPECT_EQ(report.bad.size(), 5U);
  EXPECT_EQ(report.images, 6);
}

TEST_F(Import, TellsAFileByItsContentAndKeepsItsOrientation) {
  fs::copy_file(test::picture_path("orientation6.jpg"), place("Bo/turned.JFIF"));
  fs::copy_file(test::picture_path("one_column.png"), place("Bo/png.jpe"));
  import_folder(source(), out(), {.encoding = Encoding::jpeg, .skip_bad = true, .max_images = 99});
  EXPECT_EQ(Dataset(out()).image_size(), stored_size);
  const auto other = folder_ / "other";
  make_folder(other / "a");
  for (const char* name : {"cmyk_orientation6.jpg", "orientation6.jpg"})
    fs::copy_file(test::picture_path(name), other / "a" / name);
  import_folder(other, folder_ / "kept", {.encoding = Encoding::jpeg});
  const Dataset kept(folder_ / "kept");
  EXPECT_EQ(kept.image_size(), (ImageSize{29, 22}));
  EXPECT_EQ(read_one(kept.all(), 0), read_image(other / "a/cmyk_orientation6.jpg").pixels);
  EXPECT_EQ(read_one(kept.all(), 1), read_image(other / "a/orientation6.jpg").pixels);
}

TEST_F(Import, RefusesWhatCannotBe) {
  EXPECT_THAT(refusal({.min_images = 4}), HasSubstr("nothing is left"));
  EXPECT_THAT([&] { import_folder(source() / "ann", out(), {}); },
              ThrowsMessage<DataError>(HasSubstr("holds no images")));
  EXPECT_THAT([&] { import_folder(folder_ / "none", out(), {}); },
              ThrowsMessage<DataError>(HasSubstr("none")));
  EXPECT_THROW(import_folder(source(), out(), {.threads = 0}), UsageError);
  EXPECT_THROW(import_folder(source(), out(), {.min_images = 3, .max_images = 2}), UsageError);
  make_folder(out());
  EXPECT_THAT([&] { import_folder(source(), out(), {}); },
              ThrowsMessage<DataError>(HasSubstr("exists already")));
}

}  // namespace
}  // namespace fedfr::data
