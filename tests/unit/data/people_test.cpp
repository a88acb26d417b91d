// Which people of a collection count: lists of names, and what splits and pairs make of them.
#include "fedfr/data/split/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedfr/core/error.hpp"
#include "fedfr/data/split/pairs.hpp"
#include "fedfr/data/split/split.hpp"
#include "small_collection.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAre;
namespace fs = std::filesystem;

std::string refusal(const std::string& text) {
  try {
    parse_people(text, "who.txt");
  } catch (const DataError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(PeopleFile, HasANameALine) {
  EXPECT_THAT(parse_people("\xEF\xBB\xBF# people\r\nbob\r\n\r\n  Ann Lee \n#carl\nbob", "who.txt"),
              ElementsAre("Ann Lee", "bob"));
  EXPECT_THAT(parse_people("Aaron_Eckhart\t1\nAaron_Peirsol\t4\n", "lfw-names.txt"),
              ElementsAre("Aaron_Eckhart", "Aaron_Peirsol"));
  EXPECT_THAT(parse_people("a/0001\na,b\nÅsa#2\n", "who.txt"), ElementsAre("a,b", "a/0001", "Åsa#2"));
}

TEST(PeopleFile, IsRefusedWithTheLineThatIsNoName) {
  EXPECT_THAT(refusal("ann\nJos\xE9\n"),
              AllOf(HasSubstr("who.txt, line 2: \"Jos\\xE9\""), HasSubstr("UTF-8")));
  EXPECT_THAT(refusal(std::string("\xFF\xFE"
                                  "a\0n\0",
                                  6)),
              HasSubstr("who.txt, line 1"));
  EXPECT_THAT(refusal(std::string("a\0b\n", 4)), HasSubstr("who.txt, line 1: \"a\\x00b\""));
  EXPECT_THAT(refusal(std::string(5000, 'x')), HasSubstr("who.txt, line 1"));
  for (const char* nobody : {"", "\n\r\n", "# ann\n"})
    EXPECT_THAT(refusal(nobody), HasSubstr("who.txt has no name of a person"));
}

class ChosenPeopleOfACollection : public testing::Test {
 protected:
  fs::path put(const std::string& name, const std::string& text) {
    test::overwrite(folder_ / name, text);
    return folder_ / name;
  }
  std::vector<std::int64_t> counts_{12, 5, 1, 9, 9, 14, 2, 3, 20, 1};
  fedfr::test::TempFolder folder_;
  Dataset collection_ = test::make_small_collection(folder_ / "all", counts_);  // id_0 to id_9
};

TEST_F(ChosenPeopleOfACollection, AreThoseOfFilesAndDatasets) {
  const Dataset few = test::make_small_collection(folder_ / "few", {3, 3});
  const auto lists =
      read_people(std::vector<fs::path>{folder_ / "few", put("who.txt", "id_4\nid_77\nid_8\n")}, collection_);
  EXPECT_THAT(lists.names, ElementsAre("id_0", "id_1", "id_4", "id_77", "id_8"));
  EXPECT_THAT(lists.datasets, SizeIs(1));
  EXPECT_THAT(lists.warnings, ElementsAre(AllOf(HasSubstr("1 of the 3 people of"), HasSubstr("who.txt"),
                                                HasSubstr("\"id_77\"; the nearest name is \"id_7\""))));
}

TEST_F(ChosenPeopleOfACollection, AreNotLookedForInWhatIsNeither) {
  EXPECT_THROW(read_people(std::vector<fs::path>{folder_ / "nothing"}, collection_), DataError);
  EXPECT_THROW(read_people(std::vector<fs::path>{folder_.path()}, collection_), DataError);
}

TEST_F(ChosenPeopleOfACollection, AreAllThatASplitHas) {
  const ChosenPeople chosen{.only = People{"id_0", "id_3", "id_4", "id_8", "id_9"},
                            .excluded = {"id_4", "id_5"}};
  const auto index = index_collection(collection_);
  const auto plan = plan_among(index, chosen, [](std::span<const std::int64_t> counts) {
    EXPECT_THAT(counts, ElementsAre(12, 9, 20, 1));
    return plan_split(
        counts, {.clients = 2, .identities_per_client = 1, .heldout_identities = 1, .min_images = 9}, 1);
  });
  const auto report = write_split(collection_, plan, folder_ / "parts");
  const Dataset clients(folder_ / "parts/clients"), heldout(folder_ / "parts/heldout"),
      rest(folder_ / "parts/public");
  auto people = all_identity_names(clients);
  for (const auto* part : {&heldout, &rest})
    std::ranges::move(all_identity_names(*part), std::back_inserter(people));
  EXPECT_THAT(people, UnorderedElementsAre("id_0", "id_3", "id_8", "id_9"));
  EXPECT_THAT(clients.identities(), 2);
  ASSERT_THAT(report.dropped, SizeIs(1));
  EXPECT_EQ(report.dropped[0].identities, 6);
  EXPECT_EQ(report.dropped[0].images, 5 + 1 + 9 + 14 + 2 + 3);
  EXPECT_THAT(describe(report), HasSubstr("--only"));
}

TEST_F(ChosenPeopleOfACollection, AreAllThatPairsAreDrawnOf) {
  const auto names = collection_.identity_names(ClientId{0});
  const auto labels = collection_.all().labels();
  for (const auto& pair : draw_pairs(collection_, 5, 20, 1, 3, {.only = People{"id_1", "id_3", "id_7"}}))
    for (const auto image : {pair.first, pair.second})
      EXPECT_THAT(names[static_cast<std::size_t>(labels[static_cast<std::size_t>(image)])],
                  testing::AnyOf("id_1", "id_3", "id_7"));
}

TEST_F(ChosenPeopleOfACollection, AreSomebody) {
  auto index = index_collection(collection_);
  EXPECT_THROW(keep_chosen(index, {.only = People{"nobody"}}), DataError);
  EXPECT_THROW(plan_among(index, {.only = People{"id_1"}, .excluded = {"id_1"}},
                          [](std::span<const std::int64_t>) { return SplitPlan{}; }),
               DataError);
}

}  // namespace
}  // namespace fedfr::data
