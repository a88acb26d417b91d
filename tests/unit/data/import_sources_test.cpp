// What a collection holds, whatever its images came from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/alignment.hpp"
#include "import_test.hpp"
#include "records.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace fs = std::filesystem;

class ImportSources : public ImportTest {
 protected:
  fs::path in() const { return folder_ / "in"; }
  fs::path put(const std::string& name, std::string_view content) const {
    make_folder((in() / name).parent_path());
    overwrite(in() / name, content);
    return in() / name;
  }
  fs::path put_image(const std::string& name, std::int64_t number) const { return put(name, jpeg(number)); }

  void run(const std::string& command) const {
    ASSERT_EQ(std::system(("cd '" + folder_.path().string() + "' && " + command).c_str()), 0) << command;
  }
};

TEST_F(ImportSources, TakesFoldersOfAnyDepth) {
  put_image("set/part1/ann/1.jpg", 1);
  put_image("set/part1/ann/side/2.jpg", 2);
  put_image("set/part2/bob/3.jpg", 3);
  EXPECT_THAT(imported({in()}), ElementsAre("ann: 1.jpg", "bob: 3.jpg", "side: 2.jpg"));
  EXPECT_THAT(imported({in()}, {.identity_level = 3}), ElementsAre("ann: 1.jpg side/2.jpg", "bob: 3.jpg"));
  EXPECT_THAT(imported({in() / "set"}, {.identity_level = 1}),
              ElementsAre("part1: ann/1.jpg ann/side/2.jpg", "part2: bob/3.jpg"));
  EXPECT_THAT(imported({in()}, {.identity_level = 4}), ElementsAre("side: 2.jpg"));
  EXPECT_THAT(reasons(report_), ElementsAre("not in a folder of a person", "not in a folder of a person"));
}

TEST_F(ImportSources, CallsFoldersOfOneNameByTheirPaths) {
  put_image("a/0001/1.jpg", 1);
  put_image("b/0001/1.jpg", 2);
  put_image("b/0002/1.jpg", 3);
  EXPECT_THAT(imported({in()}), ElementsAre("0002: 1.jpg", "a/0001: 1.jpg", "b/0001: 1.jpg"));
  EXPECT_TRUE(stored(1) == jpeg(1));
  EXPECT_TRUE(stored(2) == jpeg(2));
}

TEST_F(ImportSources, JoinsFoldersOfOnePersonInSeveralRoots) {
  put_image("a/ann/1.jpg", 1);
  put_image("b/ann/2.jpg", 2);
  EXPECT_THAT(imported({in() / "b", in() / "a"}), ElementsAre("ann: 1.jpg 2.jpg"));
  EXPECT_TRUE(stored(0) == jpeg(1));
  EXPECT_TRUE(stored(1) == jpeg(2));
}

TEST_F(ImportSources, SaysWhatIsWrongWithParquet) {
  // With Arrow (tests of which are in parquet_test.cpp) and without.
  EXPECT_THAT(
      refusal({put("cut.parquet", "PAR1\x15\x04")}),
      testing::AnyOf(HasSubstr("cut.parquet, near row 0: "),
                     AllOf(HasSubstr("cannot read Parquet"), HasSubstr("built without Apache Arrow"))));
  EXPECT_THAT(refusal({put("secret.parquet", "PARE\x15\x04")}), HasSubstr("an encrypted Parquet file"));
  EXPECT_THAT(refusal({put("people.csv", "a.jpg,1\n")}, {.label_field = "who"}),
              HasSubstr("WebDatasets and Parquet"));
}

TEST_F(ImportSources, TakesTarFilesOfEveryKind) {
  const std::string long_name(180, 'x');
  put_image("set/Zo\u00EB/1.jpg", 1);
  put_image("set/ann/" + long_name + ".jpg", 2);
  put_image("set/ann/1.jpg", 3);
  put_image("set/ann/._1.jpg", 4);
  put("set/list.txt", "no image");
  put_image("set/ann/0.jpg", 5);
  fs::create_symlink("1.jpg", in() / "set/ann/link.jpg");
  for (const std::string kind : {"pax", "gnu", "oldgnu"}) {
    run("tar --format=" + kind + " --sort=name -cf " + kind + ".tar in/set");
    EXPECT_THAT(imported({folder_ / (kind + ".tar")}),
                ElementsAre("Zo\u00EB: 1.jpg", "ann: 0.jpg 1.jpg " + long_name + ".jpg"))
        << kind;
    EXPECT_EQ(report_.format, SourceFormat::tar);
    EXPECT_TRUE(stored(0) == jpeg(1));
    EXPECT_TRUE(stored(2) == jpeg(3));
    EXPECT_TRUE(stored(3) == jpeg(2));
    EXPECT_THAT(reasons(report_), ElementsAre("hidden or of a system", "link in a tar file",
                                              "neither JPEG nor PNG by its name"));
  }
  for (const std::string packed : {"pax.tar.gz", "pax.tar.xz", "pax.tar.bz2"}) {
    run("tar -acf " + packed + " in/set");
    EXPECT_THAT(imported({folder_ / packed}), testing::SizeIs(2));
    EXPECT_TRUE(stored(3) == jpeg(2));
  }
  EXPECT_THAT(imported({folder_ / "pax.tar"}, {.identity_level = 2}), ElementsAre(HasSubstr("set: Zo")));
}

TEST_F(ImportSources, TakesTheLastOfSeveralMembersOfOneName) {
  put_image("ann/1.jpg", 1);
  run("tar -cf a.tar in");
  put_image("ann/1.jpg", 2);
  run("tar -rf a.tar in");
  EXPECT_THAT(imported({folder_ / "a.tar"}), ElementsAre("ann: 1.jpg"));
  EXPECT_TRUE(stored(0) == jpeg(2));
  EXPECT_THAT(reasons(report_), ElementsAre("replaced by a later one of the same name"));
}

TEST_F(ImportSources, RefusesTarFilesThatEndEarly) {
  put_image("ann/1.jpg", 1);
  put_image("ann/2.jpg", 2);
  ASSERT_EQ(jpeg(2).size(), 640U);
  run("tar --sort=name --format=ustar -cf whole.tar in");
  const auto whole = read_text(folder_ / "whole.tar");
  const auto cut = folder_ / "cut.tar";
  overwrite(cut, whole.substr(0, whole.find(jpeg(2)) + 100));
  EXPECT_THAT(refusal({cut}), AllOf(HasSubstr("cut.tar ends inside of its member \"in/ann/2.jpg\""),
                                    HasSubstr("640 bytes at offset 3072"), HasSubstr("truncated")));
  overwrite(cut, "this is no tar file " + std::string(2000, 'x'));
  EXPECT_THAT(refusal({cut}), HasSubstr("cut.tar"));
}

TEST_F(ImportSources, GivesTheSameCollectionFromFolderAndTar) {
  for (int i = 0; i < 40; ++i) put_image(fmt::format("p{}/{}.jpg", i % 7, i), i);
  run("tar --sort=none -cf a.tar in");
  const auto from_folder = imported({in()}, {.threads = 3});
  const auto bytes = read_text(made_->path() / "shard_00000.h5");
  EXPECT_EQ(imported({folder_ / "a.tar"}), from_folder);
  EXPECT_EQ(read_text(made_->path() / "shard_00000.h5"), bytes);
}

TEST_F(ImportSources, ReadsOnlyHeadersWhenAsked) {
  put_image("ann/1.jpg", 1);
  auto broken = jpeg(2);
  broken[broken.size() - 6] ^= 0x55;  // in the last rows
  put("ann/2.jpg", broken);
  EXPECT_THAT(imported({in()}, {.decode = false}), ElementsAre("ann: 1.jpg 2.jpg"));
  EXPECT_TRUE(stored(0) == jpeg(1));
  put("ann/3.jpg", jpeg(3).substr(0, jpeg(3).size() - 2));
  put("ann/4.jpg", "no image");
  EXPECT_THAT(refusal({in()}, {.decode = false}),
              AllOf(HasSubstr("2 image(s)"), HasSubstr("3.jpg"), HasSubstr("4.jpg")));
}

TEST_F(ImportSources, WritesAPersonOfManyImagesPieceByPiece) {
  for (int i = 0; i < 1100; ++i) put_image(fmt::format("ann/{:04}.jpg", i), i);
  put_image("bob/1.jpg", 1);
  put("ann/0700.jpg", "no image");
  const auto lines = imported({in()}, {.skip_bad = true, .min_images = 600, .threads = 2});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("0699.jpg 0701.jpg"));
  EXPECT_EQ(report_.images, 1099);
  EXPECT_EQ(report_.small_identities, 1);
  EXPECT_TRUE(stored(700) == jpeg(701));
}

TEST_F(ImportSources, TakesTheFirstImagesOfEachPerson) {
  for (int i = 0; i < 9; ++i) put_image(fmt::format("p{}/{}.jpg", i % 2, i), i);
  EXPECT_THAT(imported({in()}, {.max_images = 2}), ElementsAre("p0: 0.jpg 2.jpg", "p1: 1.jpg 3.jpg"));
  EXPECT_THAT(imported({in()}, {.max_images = 1}), ElementsAre("p0: 0.jpg", "p1: 1.jpg"));
}

TEST_F(ImportSources, NamesWhatItIsNot) {
  put_image("ann/1.jpg", 1);
  EXPECT_THAT(refusal({in() / "ann/1.jpg"}), HasSubstr("a single image"));
  EXPECT_THAT(refusal({put("a.zip", "PK\x03\x04....")}), HasSubstr("a zip file: unpack it"));
  EXPECT_THAT(refusal({put("a.h5", "\x89HDF\r\n..")}), HasSubstr("an HDF5 file"));
  EXPECT_THAT(refusal({put("a.idx", "0\t0\n")}), HasSubstr("name the .rec beside it"));
  EXPECT_THAT(refusal({put("a.doc", "text")}), HasSubstr("of no known format"));
  EXPECT_THAT(refusal({put("empty", "")}), HasSubstr("is empty"));
  EXPECT_THAT(refusal({folder_ / "nothing"}), HasSubstr("nothing"));
  overwrite(folder_ / "a.tar", "");
  EXPECT_THAT(refusal({in(), folder_ / "a.tar"}), HasSubstr("of one format"));
}

TEST_F(ImportSources, TakesRecordsOfEveryKind) {
  RecordFile plain;
  for (int i = 0; i < 6; ++i) plain.add(i, image_record({static_cast<float>(i % 2)}, i, jpeg(i)));
  const std::vector<std::string> expected{"0: 0.jpg 2.jpg 4.jpg", "1: 1.jpg 3.jpg 5.jpg"};
  const auto file = put("plain.rec", plain.bytes);
  EXPECT_EQ(imported({file}), expected) << "without an index, people shuffled";
  EXPECT_TRUE(stored(1) == jpeg(2));
  EXPECT_EQ(report_.format, SourceFormat::record_io);
  put("plain.idx", plain.index);
  EXPECT_EQ(imported({file}), expected);
  put("plain.idx", "0\t0\n3\t" + std::to_string(image_record({0}, 0, jpeg(0)).size()) + "\n");
  EXPECT_THAT(imported({file}), ElementsAre("0: 0.jpg", "1: 3.jpg"));
  EXPECT_THAT(reasons(report_), testing::SizeIs(4));
  put("plain.idx", "0\t0\n3\t4\n");
  EXPECT_THAT(refusal({file}),
              AllOf(HasSubstr("plain.idx is not the index"), HasSubstr("1 of its 2 offsets")));
}

TEST_F(ImportSources, PutsRecordsOfSeveralPartsTogether) {
  const auto odd = "x" + magic_word + "yyy";
  std::vector<std::string> images{jpeg(1) + magic_word, jpeg(2)};
  images[1].insert(2, "\xFF\xFE" + std::string("\x00\x12", 2) + magic_word + magic_word + odd);
  std::string bytes;
  for (std::size_t i = 0; i < 2; ++i) {
    auto& image = images[i];
    if (i == 0)
      image.insert(image.size() - 4, std::string((4 - (image.size() % 4)) % 4, 'x'));  // aligned at the end
    bytes += image_record({0}, i, image);
  }
  imported({put("a.rec", bytes)});
  EXPECT_TRUE(stored(0) == images[0]);
  EXPECT_TRUE(stored(1) == images[1]);
}

TEST_F(ImportSources, FindsPeopleByTheRangesOfTheHeader) {
  for (const bool first : {true, false}) {
    RecordFile set;
    const auto header = image_record({5, 8}, 0, "");
    if (first) set.add(0, header);
    for (const int key : {3, 1, 4, 2}) set.add(key, image_record({7, 1}, key, jpeg(key)));
    set.add(6, image_record({3, 5}, 6, ""));
    set.add(5, image_record({1, 3}, 5, ""));
    set.add(7, image_record({5, 5}, 7, ""));
    if (!first) set.add(0, header);
    const auto file = put("set.rec", set.bytes);
    fs::remove(in() / "set.idx");
    for (int with_index = 0; with_index < 2; ++with_index) {
      EXPECT_THAT(imported({file}), ElementsAre("0: 1.jpg 2.jpg", "1: 3.jpg 4.jpg"));
      EXPECT_THAT(report_.remarks, ElementsAre(HasSubstr("4 images have another label")));
      EXPECT_TRUE(stored(2) == jpeg(3));
      put("set.idx", set.index);
    }
  }
}

TEST_F(ImportSources, TakesLabelsWhereTheHeaderHasTwoCounts) {
  RecordFile set;
  set.add(0, image_record({3, 2}, 0, ""));
  set.add(1, image_record({10}, 1, jpeg(1)));
  set.add(2, image_record({9}, 2, jpeg(2)));
  EXPECT_THAT(imported({put("set.rec", set.bytes)}), ElementsAre("9: 2.jpg", "10: 1.jpg"));
  EXPECT_THAT(report_.remarks, IsEmpty());
}

TEST_F(ImportSources, RefusesRangesThatCannotBe) {
  const auto set = [&](std::vector<std::vector<float>> ranges) {
    RecordFile file;
    file.add(0, image_record({3, 5}, 0, ""));
    for (int key : {1, 2}) file.add(key, image_record({0}, key, jpeg(key)));
    for (std::size_t i = 0; i < ranges.size(); ++i) file.add(3 + i, image_record(ranges[i], 3 + i, ""));
    return put("set.rec", file.bytes);
  };
  EXPECT_THAT(refusal({set({{1, 3}})}), HasSubstr("none with key 4"));
  EXPECT_THAT(refusal({set({{1, 3}, {2, 3}})}), HasSubstr("person 1 are also those of person 0"));
  EXPECT_THAT(refusal({set({{1, 3}, {3, 1}})}), HasSubstr("record 4: person 1"));
  EXPECT_THAT(refusal({set({{1, 3}, {-1, 1}})}), HasSubstr("which is no range"));
  EXPECT_THAT(refusal({set({{1, 2}, {3, 3}})}), HasSubstr("accepted"));
  EXPECT_THAT(reasons(report_), ElementsAre("image with a key in nobody's range"));
}

TEST_F(ImportSources, TakesNamesFromTheListAndChecksTheProperty) {
  RecordFile set;
  for (int i = 1; i < 4; ++i) set.add(i, image_record({static_cast<float>(i / 2)}, i, jpeg(i)));
  const auto file = put("train.rec", set.bytes);
  put("train.lst", "2\t1.000000\tbob/b1.jpg\n1\t0.0\tann/a1.jpg\n3\t1\tbob/b2.jpg\n");
  put("property", "3,112,112\n");
  EXPECT_THAT(imported({file}), ElementsAre("0: a1.jpg", "1: b1.jpg b2.jpg"));
  EXPECT_THAT(report_.remarks, ElementsAre(HasSubstr("2 people, but the file property beside it says 3")));
  put("train.lst", "1\tann/a1.jpg\t0\n1\tbob/b1.jpg\t1\n");
  put("property", "2,112,112\n");
  EXPECT_THAT(imported({in()}), ElementsAre("0: a1.jpg", "1: b1.jpg 3.jpg")) << "a folder with such files";
  EXPECT_THAT(report_.remarks, IsEmpty());
  put("train.lst", "1 0 ann/a1.jpg\n");
  EXPECT_THAT(refusal({file}), HasSubstr("train.lst, line 1"));
}

TEST_F(ImportSources, NumbersTheSamePeopleInSeveralRecordFiles) {
  const auto one = put("a.rec", image_record({1}, 0, jpeg(1)) + image_record({0}, 0, jpeg(2)));
  const auto two = put("b.rec", image_record({1}, 0, jpeg(3)));
  EXPECT_THAT(imported({one, two}), ElementsAre("0: 1.jpg", "1: 0.jpg 0.jpg"))
      << "numbers of records for equal ids";
  EXPECT_TRUE(stored(2) == jpeg(3));
}

TEST_F(ImportSources, RefusesRecordFilesThatAreCutOrForeign) {
  const auto whole = image_record({0}, 0, jpeg(1)) + image_record({1}, 1, jpeg(2));
  const auto second = std::to_string(image_record({0}, 0, jpeg(1)).size());
  const auto file = in() / "a.rec";
  for (const std::size_t missing : {1U, 40U}) {
    put("a.rec", whole.substr(0, whole.size() - missing));
    EXPECT_THAT(refusal({file}),
                AllOf(HasSubstr("a.rec, record 1 at offset " + second), HasSubstr("truncated")));
  }
  put("a.rec", whole + "\x0A\x23\xD7");
  EXPECT_THAT(refusal({file}), AllOf(HasSubstr("record 2"), HasSubstr("truncated")));
  put("a.rec", whole + "some other text");
  EXPECT_THAT(refusal({file}), AllOf(HasSubstr("record 2"), HasSubstr("no magic word")));
  put("a.rec", "\n\x0Bsome text of another program");
  EXPECT_THAT(refusal({file}),
              AllOf(HasSubstr("a.rec, record 0 at offset 0"), HasSubstr("not MXNet's RecordIO")));
  put("a.rec", whole + part(3, "the end"));
  EXPECT_THAT(refusal({file}), HasSubstr("does not begin a record"));
  put("a.rec", whole + part(1, "the beginning") + whole);
  EXPECT_THAT(refusal({file}), HasSubstr("does not continue a record"));
  put("a.rec", part(0, bytes_of(std::uint32_t{1000}) + std::string(100, '\0')));
  EXPECT_THAT(refusal({file}), HasSubstr("1000 labels"));
  put("a.rec", part(0, "short"));
  EXPECT_THAT(refusal({file}), HasSubstr("less than the header"));
  // Record { features: {"values": {float32_tensor: {values: [...]}}} }
  put("a.rec", part(0, "\x0A\x1A\x0A\x06values\x12\x10\x12\x0E\x0A\x0C" + std::string(12, '\x3F')));
  EXPECT_THAT(refusal({file}), AllOf(HasSubstr("record 0 at offset 0"), HasSubstr("SageMaker")));
  put("a.rec", image_record({0.5F}, 7, jpeg(1)));
  EXPECT_THAT(refusal({file}), HasSubstr("its label 0.5 is no number of a person"));
  put("a.rec", image_record({0, 0}, 0, ""));
  EXPECT_THAT(refusal({file}), HasSubstr("all of its records are headers"));
}

TEST_F(ImportSources, TakesListsOfEveryKind) {
  for (int i = 0; i < 4; ++i) put_image(fmt::format("images/{}.jpg", i), i);
  const auto lines = [&](const std::string& path_label) {  // PATH and LABEL stand for themselves
    std::string text;
    for (int i = 0; i < 4; ++i) {
      std::string line = path_label;
      line.replace(line.find("PATH"), 4, fmt::format("images/{}.jpg", i));
      line.replace(line.find("LABEL"), 5, std::to_string(10 - i % 2));
      text += line + "\n";
    }
    return text;
  };
  const std::vector<std::string> expected{"9: 1.jpg 3.jpg", "10: 0.jpg 2.jpg"};
  const std::vector<std::string> forms{"PATH,LABEL",
                                       "PATH\tLABEL",
                                       "PATH LABEL",
                                       "\"PATH\", LABEL",
                                       "PATH,LABEL,1,2,3,4,5,6,7,8,9,10",
                                       "7\tLABEL.000000\tPATH",
                                       "7\tLABEL.000000\t1.5\tPATH",
                                       "1\tPATH\tLABEL",
                                       "0\tPATH\tLABEL\t0\t0\t9\t9\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10"};
  for (const auto& form : forms) {
    EXPECT_EQ(imported({put("a.lst", lines(form))}), expected) << form;
    const bool has_points = std::ranges::count(form, '9') > 0;
    EXPECT_EQ(made_->image_size(), has_points ? aligned_size : stored_size) << form;
    EXPECT_TRUE(has_points || stored(1) == jpeg(3)) << form;
    EXPECT_EQ(report_.format, SourceFormat::list);
  }
  EXPECT_EQ(imported({put("a.csv", "path,label\n" + lines("PATH,LABEL"))}), expected) << "with a heading";
  EXPECT_EQ(imported({put("lists/a.csv", lines("PATH,LABEL"))}, {.root = in()}), expected);
  EXPECT_THAT(imported({put("b.csv", "images/1.jpg,Zo\u00EB\nimages/0.jpg,ann\n")}),
              ElementsAre("Zo\u00EB: 1.jpg", "ann: 0.jpg"));
}

TEST_F(ImportSources, NamesTheLinesOfAListThatAreBad) {
  put_image("0.jpg", 1);
  const auto list = put("a.csv", "0.jpg,1\n0.jpg,1,2\nnone.jpg,2\n0.jpg,\n");
  EXPECT_THAT(refusal({list}),
              AllOf(HasSubstr("a.csv, line 2: 3 columns"), HasSubstr("line 4: a path or a label")));
  EXPECT_THAT(imported({list}, {.skip_bad = true}), ElementsAre("1: 0.jpg"));
  EXPECT_THAT(all_of(report_.bad), testing::Contains(HasSubstr("none.jpg")));
  EXPECT_THAT(refusal({put("b.csv", "0.jpg,1,a,2,3,4,5,6,7,8,9,10\n")}), HasSubstr("\"a\" is no coordinate"));
  EXPECT_THAT(refusal({put("c.csv", "0.jpg\n")}), HasSubstr("c.csv, line 1: expected a path and a label"));
  EXPECT_THAT(refusal({put("d.csv", std::string(20000, 'x'))}), HasSubstr("is this another file"));
}

TEST_F(ImportSources, TakesWebDatasets) {
  for (int i = 0; i < 6; ++i) {
    put_image(fmt::format("{}/{:03}.jpg", i / 3, i), i);
    put(fmt::format("{}/{:03}.cls", i / 3, i), std::to_string(i % 2 * 10) + "\n");
  }
  put("0/about.txt", "nothing");
  put_image("1/009.png", 9);
  put("1/009.json", R"({"label": 2, "more": [1]})");
  put("1/010.json", R"({"label": 3})");
  for (const std::string shard : {"0", "1"})
    run("tar --sort=name -cf shard-" + shard + ".tar -C in/" + shard + " .");
  const std::vector<fs::path> shards{folder_ / "shard-0.tar", folder_ / "shard-1.tar"};
  EXPECT_THAT(imported(shards),
              ElementsAre("0: 000.jpg 002.jpg 004.jpg", "2: 009.png", "10: 001.jpg 003.jpg 005.jpg"));
  EXPECT_TRUE(stored(2) == jpeg(4));
  EXPECT_EQ(report_.format, SourceFormat::web_dataset);
  EXPECT_THAT(reasons(report_), ElementsAre("label without an image", "neither image nor label by its name"));
  EXPECT_THAT(
      imported(shards, {.format = SourceFormat::web_dataset, .label_field = "more", .skip_bad = true}),
      testing::SizeIs(2));
  EXPECT_THAT(all_of(report_.bad),
              ElementsAre(AllOf(HasSubstr("shard-1.tar, 009.png"), HasSubstr("--label-field"))));
}

TEST_F(ImportSources, NamesSamplesOfWebDatasetsThatAreBad) {
  put("1.cls", "1");
  put_image("1.jpg", 1);
  put_image("2.jpg", 1);
  put("3.json", "{");
  put_image("3.jpg", 1);
  put("4.cls", "4");
  put_image("4.jpg", 1);
  put_image("4.png", 1);
  run("tar --sort=name -cf a.tar -C in .");
  EXPECT_THAT(refusal({folder_ / "a.tar"}),
              AllOf(HasSubstr("3 image(s)"), HasSubstr("2.jpg: it has neither a .cls nor a .json"),
                    HasSubstr("3.json"), HasSubstr("a second image")));
}

TEST_F(ImportSources, AlignsByLandmarks) {
  Landmarks points = aligned_landmarks;
  for (auto& point : points) point = {point.x / 20 - 0.5F, point.y / 20 - 0.5F};
  std::string numbers;
  for (const auto& point : points) numbers += fmt::format(",{},{}", point.x, point.y);
  for (const std::string image : {"ann/1.jpg", "bob/2.jpg"}) put_image(image, image[4] - '0');
  const auto expected = align(numbered_image(1), points);
  const auto near = [&](std::int64_t i) {
    const auto pixels = read_one(made_->all(), i);
    int largest = 0;
    for (std::size_t at = 0; at < pixels.size(); ++at)
      largest = std::max(largest, std::abs(pixels[at] - expected.pixels[at]));
    return largest;
  };
  const auto file = put("points.csv", "ann/1.jpg" + numbers + "\nx/bob/2.jpg" + numbers + "\n");
  EXPECT_THAT(imported({in()}, {.landmarks = file}), ElementsAre("ann: 1.jpg", "bob: 2.jpg"));
  EXPECT_EQ(made_->image_size(), aligned_size);
  EXPECT_LT(near(0), 24) << "compressed twice";
  imported({put("a.csv", "ann/1.jpg,0" + numbers + "\nbob/2.jpg,1" + numbers + "\n")});
  EXPECT_EQ(made_->image_size(), aligned_size) << "a list has points of its own";
  EXPECT_LT(near(0), 24);
  put_image("bob/3.jpg", 3);
  EXPECT_THAT(refusal({in()}, {.landmarks = file}),
              AllOf(HasSubstr("3.jpg"), HasSubstr("points.csv has no landmarks")));
  EXPECT_THAT(refusal({in()}, {.landmarks = file, .decode = false}), HasSubstr("--landmarks changes them"));
}

}  // namespace
}  // namespace fedfr::data
