#include "fedfr/data/split/pairs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "small_collection.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using test::make_small_collection;
using test::who_is_in;
using testing::HasSubstr;

constexpr const char* protocol_text =
    "2 2\n"
    "id_0 1 3\nid_1 2 1\nid_0 2 id_2 1\nid_1 1 id_2 2\n"
    "id_3 1 2\nid_3 1 3\nid_3 1 id_4 1\nid_3 2 id_4 1\n";

class Pairs : public testing::Test {
 protected:
  std::vector<Pair> resolve(const std::string& text, const Dataset& collection) {
    return resolve_pairs(parse_lfw_pairs(text, "pairs.txt"), collection, "pairs.txt");
  }
  std::string refusal(const std::string& text, const Dataset& collection) {
    try {
      resolve(text, collection);
    } catch (const DataError& error) {
      return error.what();
    }
    return "accepted";
  }

  fedfr::test::TempFolder folder_;
  Dataset collection_ = make_small_collection(folder_ / "all", {4, 2, 3, 5, 1, 6});
};

TEST_F(Pairs, FindImagesByTheirNumbers) {
  const auto pairs = resolve(protocol_text, collection_);
  const auto who = who_is_in(collection_.all());
  ASSERT_EQ(pairs.size(), 8U);
  const auto at = [&](std::int64_t image) { return who.at(static_cast<std::size_t>(image)); };
  EXPECT_EQ(at(pairs[0].second), (test::WhoIsThis{0, 3}));
  EXPECT_EQ(at(pairs[3].first), (test::WhoIsThis{1, 1}));
  EXPECT_EQ(at(pairs[3].second), (test::WhoIsThis{2, 2}));
  EXPECT_FALSE(pairs[3].genuine);
  EXPECT_EQ(pairs[4].fold, 1);
}

TEST_F(Pairs, NumbersDoNotShiftInAnIncompleteCollection) {
  const auto incomplete = make_small_collection(folder_ / "incomplete", {4, 4}, /*skipped=*/2);
  const auto pairs = resolve("1 1\nid_0 1 3\nid_0 4 id_1 3\n", incomplete);
  const auto who = who_is_in(incomplete.all());
  EXPECT_EQ(who.at(static_cast<std::size_t>(pairs[0].second)), (test::WhoIsThis{0, 3}));
  EXPECT_THAT(refusal("1 1\nid_0 1 2\nid_0 4 id_1 3\n", incomplete), HasSubstr("pairs.txt, line 2"));
}

TEST_F(Pairs, NameTheLineOfWhatTheCollectionLacks) {
  EXPECT_THAT(refusal("1 1\nid_0 1 2\nid_0 1 nobody 1\n", collection_), HasSubstr("line 3"));
  EXPECT_THAT(refusal("1 1\nid_0 1 2\nid_0 1 nobody 1\n", collection_), HasSubstr("no identity \"nobody\""));
  EXPECT_THAT(refusal("1 1\nid_0 1 5\nid_0 1 id_1 1\n", collection_), HasSubstr("line 2"));
  EXPECT_THAT(refusal("1 1\nid_0 1 5\nid_0 1 id_1 1\n", collection_), HasSubstr("no image 5 of \"id_0\""));
}

/// Of one grey image each.
Dataset make_named_collection(const std::filesystem::path& folder,
                              const std::vector<std::pair<std::string, std::vector<std::string>>>& people) {
  DatasetWriter writer(folder, {.role = Role::collection, .size = test::tiny});
  std::vector<std::string> names;
  for (const auto& [person, images] : people) {
    writer.begin_client(person, std::ssize(images));
    for (const auto& image : images)
      writer.add({.pixels = std::vector<std::uint8_t>(12),
                  .label = static_cast<std::int32_t>(names.size()),
                  .source_name = image});
    names.push_back(person);
  }
  writer.set_identities(names);
  writer.finish();
  return Dataset(folder);
}

TEST_F(Pairs, RefuseANumberThatTwoFilesHave) {
  const auto twice = make_named_collection(
      folder_ / "twice", {{"A", {"A_0001.jpg", "A_0002_1.png", "A_0003.jpg", "A_0004.jpg", "A.jpg"}},
                          {"B", {"portrait.jpg"}},
                          {"Y_7", {"Y_7_0001_2.jpg", "Y_7_0002_1.jpg", "Y_7_0003.jpg", "7_0004.jpg"}}});
  const auto message = refusal("1 1\nA 3 1\nA 3 B 1\n", twice);
  EXPECT_THAT(message, HasSubstr("pairs.txt, line 2"));
  EXPECT_THAT(message, HasSubstr("image 1 of \"A\" is both A_0001.jpg and A_0002_1.png"));
  EXPECT_THAT(refusal("1 1\nA 3 4\nA 3 B 1\n", twice), HasSubstr("names of its images have no numbers"));
  for (const char* pair : {"Y_7 1 3", "Y_7 3 2", "Y_7 1 2"})
    EXPECT_THAT(refusal(fmt::format("1 1\n{}\nA 3 B 1\n", pair), twice),
                HasSubstr("of \"Y_7\" is both Y_7_0001_2.jpg and Y_7_0002_1.jpg"));
  EXPECT_EQ(refusal("1 1\nY_7 3 4\nA 3 Y_7 3\n", twice), "accepted") << "the 7 of its name is no number";
}

TEST_F(Pairs, AreSplitAtTabsOnlyWhereThereAreTabs) {
  const auto people = make_named_collection(
      folder_ / "people", {{"C D", {"C D_0001.jpg", "C D_0002.jpg"}}, {"E", {"E_0001.jpg"}}});
  EXPECT_EQ(refusal("1\t1\r\nC D\t1\t2\r\nE\t1\tC D\t2\t\r\n", people), "accepted");
  EXPECT_EQ(refusal("1 1\nC D\t1\t2\n E \t 1\tC D\t2\n", people), "accepted");
  EXPECT_THAT(refusal("1 1\nC D 1 2\nE 1 C D 2\n", people), HasSubstr("needs tabs between the columns"));
}

TEST_F(Pairs, SayWhatWasLookedForAndWhatIsNearest) {
  EXPECT_THAT(refusal("1 1\nid_0 1 7\nid_0 1 id_1 1\n", collection_), HasSubstr("(id_0_0007)"));
  EXPECT_THAT(refusal("1 1\nid_0 1 7\nid_0 1 id_1 1\n", collection_), HasSubstr("nearest is id_0_0004.jpg"));
  EXPECT_THAT(refusal("1 1\nid3 1 2\nid_0 1 id_1 1\n", collection_), HasSubstr("nearest name is \"id_3\""));
}

TEST_F(Pairs, KnowAnAccentThatIsWrittenInTheOtherForm) {
  const auto people = make_named_collection(folder_ / "people", {{"A", {"A_1.jpg"}},
                                                                 {"Rene", {"Rene_1.jpg"}},
                                                                 {"Ren\u00E9", {"Ren\u00E9_1.jpg"}},
                                                                 {"Zoe\u0308", {"Zoe\u0308_1.jpg"}}});
  for (const char* name : {"Rene\u0301", "Zo\u00EB"})
    EXPECT_THAT(refusal(fmt::format("1 1\n{} 1 2\nA 1 B 1\n", name), people),
                HasSubstr("looks the same, but Unicode"))
        << name;
  EXPECT_THAT(refusal("1 1\nRene\u0301 1 2\nA 1 B 1\n", people), HasSubstr("\"Ren\u00E9\" looks"));
  EXPECT_THAT(refusal("1 1\nZo\u00E9r 1 2\nA 1 B 1\n", people), HasSubstr("nearest name is \"Zoe\u0308\""));
}

TEST_F(Pairs, StoreOnlyTheImagesUsed) {
  const auto pairs = resolve(protocol_text, collection_);
  write_benchmark(collection_, pairs, folder_ / "benchmark");
  const Dataset benchmark(folder_ / "benchmark");
  EXPECT_EQ(benchmark.role(), Role::benchmark);
  EXPECT_EQ(benchmark.images(), 11);  // id_0: 3, id_1: 2, id_2: 2, id_3: 3, id_4: 1
  EXPECT_EQ(benchmark.identities(), 5);
  const auto stored = benchmark.pairs();
  const auto before = who_is_in(collection_.all()), after = who_is_in(benchmark.all());
  ASSERT_EQ(stored.size(), pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_EQ(after.at(static_cast<std::size_t>(stored[i].first)),
              before.at(static_cast<std::size_t>(pairs[i].first)));
    EXPECT_EQ(after.at(static_cast<std::size_t>(stored[i].second)),
              before.at(static_cast<std::size_t>(pairs[i].second)));
    EXPECT_EQ(stored[i].genuine, pairs[i].genuine);
    EXPECT_EQ(stored[i].fold, pairs[i].fold);
    const auto labels = benchmark.all().labels();
    EXPECT_EQ(labels[static_cast<std::size_t>(stored[i].first)] ==
                  labels[static_cast<std::size_t>(stored[i].second)],
              stored[i].genuine);
  }
}

TEST_F(Pairs, DropThoseOfPeopleWhoAreNotChosen) {
  auto protocol = parse_lfw_pairs(protocol_text, "pairs.txt");
  keep_chosen(protocol, {.excluded = {"id_2", "id_1"}});
  EXPECT_EQ(protocol.pairs.size(), 5U);
  const auto text = describe(resolve_pairs(protocol, collection_, "pairs.txt"));
  EXPECT_THAT(text, testing::ContainsRegex("1 +1 +0\n"));
  EXPECT_THAT(text, testing::ContainsRegex("2 +2 +2\n"));
  EXPECT_THAT(text, testing::ContainsRegex("all +3 +2\n"));
}

TEST_F(Pairs, NeedBothKinds) {
  auto protocol = parse_lfw_pairs(protocol_text, "pairs.txt");
  keep_chosen(protocol, {.excluded = {"id_2", "id_4"}});
  const auto pairs = resolve_pairs(protocol, collection_, "pairs.txt");
  EXPECT_THROW(write_benchmark(collection_, pairs, folder_ / "one-sided"), DataError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "one-sided"));
}

TEST_F(Pairs, DrawnPairsAgreeWithTheLabels) {
  const auto labels = collection_.all().labels();
  for (const auto& pair : draw_pairs(collection_, 6, 8, 2, 5)) {
    EXPECT_EQ(labels[static_cast<std::size_t>(pair.first)] == labels[static_cast<std::size_t>(pair.second)],
              pair.genuine);
    EXPECT_NE(pair.first, pair.second);
  }
}

}  // namespace
}  // namespace fedfr::data
