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

TEST_F(Pairs, RefuseANumberThatTwoFilesHave) {
  DatasetWriter writer(folder_ / "twice", {.role = Role::collection, .size = test::tiny});
  writer.begin_client("A", 5);
  for (const char* name : {"A_0001_2.jpg", "A_0002_1.png", "A_0001.jpg", "A_0003.jpg", "A.jpg"})
    writer.add({.pixels = std::vector<std::uint8_t>(12), .source_name = name});
  writer.begin_client("B", 1);
  writer.add({.pixels = std::vector<std::uint8_t>(12), .label = 1, .source_name = "portrait.jpg"});
  writer.set_identities({"A", "B"});
  writer.finish();
  const Dataset twice(folder_ / "twice");
  const auto message = refusal("1 1\nA 3 1\nA 3 B 1\n", twice);
  EXPECT_THAT(message, HasSubstr("pairs.txt, line 2"));
  EXPECT_THAT(message, HasSubstr("image 1 of \"A\" is both A_0002_1.png and A_0001.jpg"));
  EXPECT_THAT(refusal("1 1\nA 2 3\nA 3 B 1\n", twice), HasSubstr("names of its images have no numbers"));
}

TEST_F(Pairs, SayWhatWasLookedForAndWhatIsNearest) {
  EXPECT_THAT(refusal("1 1\nid_0 1 7\nid_0 1 id_1 1\n", collection_), HasSubstr("(id_0_0007)"));
  EXPECT_THAT(refusal("1 1\nid_0 1 7\nid_0 1 id_1 1\n", collection_), HasSubstr("nearest is id_0_0004.jpg"));
  EXPECT_THAT(refusal("1 1\nid3 1 2\nid_0 1 id_1 1\n", collection_), HasSubstr("nearest name is \"id_3\""));
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

TEST_F(Pairs, ExcludeIdentities) {
  auto protocol = parse_lfw_pairs(protocol_text, "pairs.txt");
  exclude_identities(protocol, {"id_2", "id_1"});
  EXPECT_EQ(protocol.pairs.size(), 5U);
  const auto text = describe(resolve_pairs(protocol, collection_, "pairs.txt"));
  EXPECT_THAT(text, testing::ContainsRegex("1 +1 +0\n"));
  EXPECT_THAT(text, testing::ContainsRegex("2 +2 +2\n"));
  EXPECT_THAT(text, testing::ContainsRegex("all +3 +2\n"));
}

TEST_F(Pairs, NeedBothKinds) {
  auto protocol = parse_lfw_pairs(protocol_text, "pairs.txt");
  exclude_identities(protocol, {"id_2", "id_4"});
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
