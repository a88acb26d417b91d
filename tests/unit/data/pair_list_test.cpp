// Lists of pairs of every kind, as indices into a collection.
#include "fedfr/data/split/pair_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/data/split/pairs_paths.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class PairLists : public testing::Test {
 protected:
  Dataset collection(const std::vector<std::pair<std::string, std::vector<std::string>>>& people) {
    const auto out = folder_ / ("collection" + std::to_string(++made_));
    DatasetWriter writer(out, {.role = Role::collection, .size = test::stored_size});
    std::vector<std::string> names;
    std::int64_t number = 0;
    for (const auto& [person, images] : people) {
      writer.begin_client(person, std::ssize(images));
      for (const auto& image : images)
        writer.add({.pixels = test::numbered_image(number++).pixels,
                    .label = static_cast<std::int32_t>(names.size()),
                    .source_name = image});
      names.push_back(person);
    }
    writer.set_identities(names);
    writer.finish();
    return Dataset(out);
  }
  fs::path put(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    make_folder(path.parent_path());
    test::overwrite(path, text);
    return path;
  }
  /// "FIRST SECOND same FOLD" of each pair, with indices of images.
  std::vector<std::string> read(const fs::path& list, const ChosenPeople& chosen = {},
                                const std::string& kind = "") {
    listed_ = read_pair_list(list, kind, people_, chosen);
    std::vector<std::string> lines;
    for (const auto& pair : listed_.pairs)
      lines.push_back(
          fmt::format("{} {} {} {}", pair.first, pair.second, pair.genuine ? "same" : "other", pair.fold));
    return lines;
  }
  std::string refusal(const std::string& text) {
    try {
      read(put("list", text));
    } catch (const Error& e) {
      return e.what();
    }
    return "accepted";
  }

  fedfr::test::TempFolder folder_;
  int made_ = 0;  // before what makes collections
  ListedPairs listed_;
  Dataset people_ = collection({{"ann", {"1.jpg", "2.jpg", "3.png"}}, {"bob", {"1.jpg", "4.jpg"}}});
};

TEST_F(PairLists, OfPathsInEveryForm) {
  const std::vector<std::string> expected{"0 1 same 0", "2 3 other 1"};
  for (const std::string text : {
           "fold,first,second,same\n1,ann/1.jpg,ann/2.jpg,1\n2,ann/3.jpg,bob/1.jpg,0\n",
           "same,second,first,fold\nTrue,ann/2.jpg,ann/1.jpg,0\nfalse,bob/1.jpg,ann/3.png,7\n",
           "1\tann/1.jpg\tann/2.jpg\t1\n\n1\tann/3.jpg\tbob/1.jpg\t-1\n",
       }) {
    const auto lines = read(put("list", text));
    EXPECT_EQ(lines[0], expected[0]) << text;
    EXPECT_THAT(lines[1], HasSubstr("2 3 other")) << text;
  }
  EXPECT_EQ(read(put("list", "fold,first,second,same\n1,ann/1.jpg,ann/2.jpg,1\n2,ann/3.jpg,bob/1.jpg,0\n")),
            expected);
  for (const std::string text :
       {"ann/1.jpg ann/2.jpg 1\nann/3.png bob/1.jpg 0\n", "1 ann/1.jpg ann/2.jpg\n0 ann/3 bob/1\n",
        "/data/set/ann/1.jpg,x/ann/2.jpg,1\r\nann/3.jpg,bob/1.jpg,0",
        "1, ann/1.jpg, ann/2.jpg\n0, ann/3.jpg, bob/1.jpg"}) {
    EXPECT_THAT(read(put("list", text)), ElementsAre("0 1 same 0", "2 3 other 0")) << text;
    EXPECT_THAT(listed_.remarks, ElementsAre(HasSubstr("no folds: 1 of"))) << text;
  }
}

TEST_F(PairLists, WithoutFoldsGetTenAsInsightFaceMakesThem) {
  std::string text;
  for (int i = 0; i < 23; ++i) text += fmt::format("{} ann/1.jpg ann/2.jpg 1\n", i);  // numbers of lines
  std::vector<int> sizes(10);
  read(put("list", text));
  for (const auto& pair : listed_.pairs) ++sizes[static_cast<std::size_t>(pair.fold)];
  EXPECT_THAT(sizes, ElementsAre(3, 3, 3, 2, 2, 2, 2, 2, 2, 2));
  EXPECT_EQ(listed_.pairs[2].fold, 0);
  EXPECT_EQ(listed_.pairs[3].fold, 1);
}

TEST_F(PairLists, OfLfwInBothViews) {
  people_ = collection({{"Ann", {"Ann_0001.jpg", "Ann_0002.jpg"}}, {"Bob", {"Bob_0001.jpg"}}});
  EXPECT_THAT(read(put("list", "2\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\nAnn\t2\t1\nAnn\t2\tBob\t1\n")),
              ElementsAre("0 1 same 0", "0 2 other 0", "1 0 same 1", "1 2 other 1"));
  EXPECT_THAT(read(put("list", "1\nAnn\t1\t2\nAnn\t1\tBob\t1\n")), ElementsAre("0 1 same 0", "0 2 other 0"));
  EXPECT_THAT(read(put("list", "1\nAnn\t1\t2\nAnn\t1\tBob\t1\n"), {.excluded = {"Bob"}}),
              ElementsAre("0 1 same 0"));
  EXPECT_EQ(listed_.dropped, 1);
}

class CfpProtocol : public PairLists {
 protected:
  CfpProtocol() {
    put("Protocol/Pair_list_F.txt",
        "1 ../Data/Images/001/frontal/01.jpg\n2 ../Data/Images/001/frontal/02.jpg\n3 "
        "../Data/Images/002/frontal/01.jpg\n");
    put("Protocol/Pair_list_P.txt",
        "1 ../Data/Images/001/profile/01.jpg\r\n2 ../Data/Images/002/profile/01.jpg\r\n");
    put("Protocol/Split/FF/01/same.txt", "1,2\n");
    put("Protocol/Split/FF/01/diff.txt", "1,3\n");
    put("Protocol/Split/FP/01/same.txt", "1,1\n3,2\n");
    put("Protocol/Split/FP/01/diff.txt", "3,1");
    put("Protocol/Split/FP/02/same.txt", "2,1\n");
    put("Protocol/Split/FP/02/diff.txt", "1,2\n");
  }
};

TEST_F(CfpProtocol, IsReadAsItIsDistributed) {
  // As import makes them of Data/Images, with --identity-level 1 and without.
  for (const bool by_level : {true, false}) {
    people_ = by_level ? collection({{"001", {"frontal/01.jpg", "frontal/02.jpg", "profile/01.jpg"}},
                                     {"002", {"frontal/01.jpg", "profile/01.jpg"}}})
                       : collection({{"001/frontal", {"01.jpg", "02.jpg"}},
                                     {"001/profile", {"01.jpg"}},
                                     {"002/frontal", {"01.jpg"}},
                                     {"002/profile", {"01.jpg"}}});
    EXPECT_THAT(read(folder_ / "Protocol", {}, "FP"),
                ElementsAre("0 2 same 0", "3 4 same 0", "3 2 other 0", "1 2 same 1", "0 4 other 1"));
    EXPECT_THAT(read(folder_ / "Protocol/Split/FF"), ElementsAre("0 1 same 0", "0 3 other 0"));
    EXPECT_THAT(read(folder_.path(), {}, "FF"), ElementsAre("0 1 same 0", "0 3 other 0"));
  }
}

TEST_F(CfpProtocol, IsRefusedWithTheLineThatIsWrong) {
  const auto message = [&](const fs::path& list, const std::string& kind) -> std::string {
    try {
      read(list, {}, kind);
    } catch (const Error& e) {
      return e.what();
    }
    return "accepted";
  };
  EXPECT_THAT(message(folder_ / "Protocol", ""), HasSubstr("add --protocol FF"));
  EXPECT_THAT(message(folder_ / "Protocol", "XX"), HasSubstr("use FF or FP"));
  EXPECT_THAT(message(folder_ / "Protocol/Split/FF", "FP"), HasSubstr("is not FP"));
  put("Protocol/Split/FF/01/same.txt", "1,2\n1,9\n");
  EXPECT_THAT(message(folder_ / "Protocol", "FF"),
              AllOf(HasSubstr("same.txt, line 2"), HasSubstr("no image 9")));
  put("Protocol/Split/FF/01/same.txt", "1;2\n");
  EXPECT_THAT(message(folder_ / "Protocol", "FF"), HasSubstr("instead of \";2\""));
}

TEST_F(PairLists, OfPathsDropPeopleAndNoteContradictions) {
  const auto list = put("list", "ann/1.jpg ann/2.jpg 1\nann/1.jpg bob/1.jpg 1\nbob/1.jpg bob/4.jpg 0\n");
  EXPECT_THAT(read(list), testing::SizeIs(3));
  EXPECT_THAT(listed_.remarks, testing::Contains(HasSubstr("2 pairs contradict the collection")));
  EXPECT_THAT(read(list, {.excluded = {"bob"}}), ElementsAre("0 1 same 0"));
  EXPECT_EQ(listed_.dropped, 2);
}

TEST_F(PairLists, FindImagesByTheEndsOfPaths) {
  people_ = collection({{"a/0001", {"x.jpg"}}, {"b/0001", {"x.jpg", "y.jpg", "y.png"}}, {"c", {"z.w.jpg"}}});
  EXPECT_THAT(
      read(put("list", "set/a/0001/x.jpg b/0001/x 1\nb/0001/y.png c/z.w.png 0\nz.w.jpg b/0001/y.jpg 0\n")),
      ElementsAre("0 1 same 0", "3 4 other 0", "4 2 other 0"));
  EXPECT_THAT(refusal("x.jpg z.w.jpg 0"), AllOf(HasSubstr("list, line 1"), HasSubstr("cannot be told")));
  EXPECT_THAT(refusal("b/0001/y.bmp z.w.jpg 0"), HasSubstr("cannot be told"));
  EXPECT_THAT(refusal("z.w.jpg d/z.w.jpg 0"),
              AllOf(HasSubstr("no image \"d/z.w.jpg\""), HasSubstr("a/0001/x.jpg")));
}

TEST_F(PairLists, ThatAreMalformedAreRefusedWithTheLine) {
  EXPECT_THAT(refusal("ann/1.jpg ann/2.jpg 1\nann/1.jpg ann/2.jpg 2\n"),
              HasSubstr("list, line 2: \"2\" is neither"));
  EXPECT_THAT(refusal("ann/1.jpg ann/2.jpg 1\nann/1.jpg ann/2.jpg\n"), HasSubstr("2 columns"));
  EXPECT_THAT(refusal("ann/1.jpg ann/1.jpg 1\n"), HasSubstr("with itself"));
  EXPECT_THAT(refusal("fold,first,second,same\nx,ann/1.jpg,ann/2.jpg,1\n"), HasSubstr("no number of a fold"));
  EXPECT_THAT(refusal("fold,first,second,same\n1,,ann/2.jpg,1\n"), HasSubstr("a path is missing"));
  EXPECT_THAT(refusal("fold,first,second,same\n"), HasSubstr("no pairs"));
  EXPECT_THAT(refusal("some text of another file\n"), HasSubstr("is no pair"));
  EXPECT_THAT(refusal(std::string(20000, 'x')), HasSubstr("is this another file"));
  EXPECT_THAT(refusal(""), HasSubstr("no pairs"));
}

}  // namespace
}  // namespace fedfr::data
