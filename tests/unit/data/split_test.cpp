#include "fedfr/data/split/split.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/data/storage/collection_index.hpp"
#include "small_collection.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using test::make_small_collection;
using test::who_is_in;
using testing::HasSubstr;
namespace fs = std::filesystem;

class WriteSplit : public testing::Test {
 protected:
  SplitReport write(const SplitRecipe& recipe) {
    return write_split(collection_, plan_split(index_collection(collection_).counts(), recipe, 1), out());
  }
  fs::path out() const { return folder_ / "parts"; }

  fedfr::test::TempFolder folder_;
  std::vector<std::int64_t> counts_{12, 5, 1, 9, 9, 14, 2, 3, 20, 1};
  Dataset collection_ = make_small_collection(folder_ / "all", counts_);
};

TEST_F(WriteSplit, WritesClientsPublicAndHeldout) {
  const auto report =
      write({.clients = 2, .identities_per_client = 2, .heldout_identities = 2, .min_images = 9});
  EXPECT_EQ(report.input_identities, 10);
  EXPECT_EQ(report.input_images, 76);
  const Dataset clients(out() / "clients"), rest(out() / "public"), heldout(out() / "heldout");
  EXPECT_EQ(clients.role(), Role::clients);
  EXPECT_EQ(clients.clients(), 2);
  EXPECT_EQ(clients.client_name(ClientId{1}), "client_0001");
  EXPECT_EQ(rest.role(), Role::public_set);
  EXPECT_EQ(rest.identities(), 4);
  EXPECT_EQ(heldout.role(), Role::collection);
  EXPECT_EQ(heldout.identities(), 2);
  EXPECT_EQ(clients.images() + rest.images() + heldout.images(), 76);
}

TEST_F(WriteSplit, KeepsPixelsNamesLabelsAndSubsetsTogether) {
  write({.clients = 2,
         .identities_per_client = 2,
         .heldout_identities = 2,
         .test_share = 0.25,
         .min_images = 9});
  const Dataset clients(out() / "clients");
  std::set<test::WhoIsThis> seen;
  for (std::int64_t c = 0; c < clients.clients(); ++c) {
    const auto images = clients.client(ClientId{c});
    const auto names = clients.identity_names(ClientId{c});
    const auto who = who_is_in(images);
    std::vector<int> tests(names.size()), all(names.size());
    for (std::size_t i = 0; i < who.size(); ++i) {
      const auto label = static_cast<std::size_t>(images.labels()[i]);
      EXPECT_EQ(names.at(label), fmt::format("id_{}", who[i].identity));
      EXPECT_EQ(images.source_name(static_cast<std::int64_t>(i)),
                fmt::format("id_{}_{:04}.jpg", who[i].identity, who[i].number));
      EXPECT_TRUE(seen.insert(who[i]).second);
      ++all[label];
      tests[label] += images.subsets()[i] == Subset::test ? 1 : 0;
    }
    for (std::size_t label = 0; label < names.size(); ++label)
      EXPECT_EQ(tests[label], std::llround(0.25 * all[label])) << names[label];
  }
  const Dataset rest(out() / "public");
  EXPECT_EQ(std::ranges::count(rest.all().subsets(), Subset::test), 0);
  const auto who = who_is_in(rest.all());
  for (std::size_t i = 0; i < who.size(); ++i) {
    EXPECT_TRUE(seen.insert(who[i]).second) << "an image in two places";
    const auto label = static_cast<std::size_t>(rest.all().labels()[i]);
    EXPECT_EQ(rest.identity_names(ClientId{0}).at(label), fmt::format("id_{}", who[i].identity));
  }
}

TEST_F(WriteSplit, ReportsWhatWasWrittenAndDropped) {
  const auto report =
      write({.clients = 1, .identities_per_client = 3, .public_identities = 2, .min_images = 9});
  const std::string text = describe(report);
  EXPECT_THAT(text, HasSubstr("dropped"));
  EXPECT_THAT(text, HasSubstr("every pairwise intersection has 0 identities"));
  std::int64_t images = 0, identities = 0;
  for (const auto& part : report.parts) {
    images += part.train_images + part.test_images;
    identities += part.identities;
  }
  ASSERT_EQ(report.dropped.size(), 1U);
  EXPECT_EQ(images + report.dropped[0].images, 76);
  EXPECT_EQ(identities + report.dropped[0].identities, 10);
}

TEST_F(WriteSplit, RefusesAnExistingFolder) {
  fs::create_directory(out());
  EXPECT_THROW(write({.clients = 1, .identities_per_client = 1}), DataError);
  EXPECT_TRUE(fs::is_empty(out()));
}

TEST_F(WriteSplit, LeavesNothingBehindWhenItFails) {
  SplitPlan plan;
  plan.public_parts = {{{0, {0, 1}, {}}}};  // the rest of the collection is not accounted for
  EXPECT_THROW(write_split(collection_, plan, out()), DataError);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
}

TEST_F(WriteSplit, WhatCompletesItAppearsWithItOrNotAtAll) {
  const auto plan =
      plan_split(index_collection(collection_).counts(), {.clients = 1, .identities_per_client = 2}, 1);
  const auto fail = [](const fs::path& staged, const SplitReport&) {
    EXPECT_TRUE(fs::exists(staged / "clients"));
    throw DataError("no space");
  };
  EXPECT_THROW(write_split(collection_, plan, out(), fail), DataError);
  EXPECT_FALSE(fs::exists(out()));
  write_split(collection_, plan, out(),
              [](const fs::path& staged, const SplitReport&) { fs::create_directory(staged / "extra"); });
  EXPECT_TRUE(fs::exists(out() / "extra"));
}

TEST_F(WriteSplit, TakesANameAsItIsTyped) {
  const auto plan =
      plan_split(index_collection(collection_).counts(), {.clients = 1, .identities_per_client = 2}, 1);
  for (const char* name : {"a/", "b/.", "./c//"}) write_split(collection_, plan, folder_ / name);
  for (const char* name : {"a", "b", "c"})
    EXPECT_EQ(Dataset(folder_ / name / "clients").clients(), 1) << name;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 4);
}

TEST_F(WriteSplit, FindsAnIdentityInTwoPlaces) {
  SplitPlan plan;
  plan.clients = {{{3, {0}, {}}}, {{3, {1}, {}}}};
  try {
    write_split(collection_, plan, out());
    FAIL() << "the same identity in two clients was accepted";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("id_3"));
    EXPECT_THAT(error.what(), HasSubstr("client_0001"));
  }
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(WriteSplit, SplitsOnlyCollections) {
  write({.clients = 1, .identities_per_client = 1});
  EXPECT_THROW(index_collection(Dataset(out() / "clients")), DataError);
}

TEST_F(WriteSplit, RefusesAnEmptySplit) { EXPECT_THROW(write_split(collection_, {}, out()), UsageError); }

}  // namespace
}  // namespace fedfr::data
