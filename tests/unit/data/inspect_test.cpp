#include "fedfr/data/inspect/inspect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "fedfr/data/inspect/people_sample.hpp"
#include "small_collection.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Inspect : public testing::Test {
 protected:
  fedfr::test::TempFolder folder_;
};

TEST_F(Inspect, CountsACollection) {
  const auto summary = summarise(make_small_collection(folder_ / "all", {1, 2, 3, 9}));
  EXPECT_EQ(summary.identities, 4);
  EXPECT_EQ(summary.train_images, 15);
  EXPECT_EQ(summary.test_images, 0);
  EXPECT_EQ(summary.shards, 1);
  const auto& spread = summary.images_per_identity;
  EXPECT_EQ(spread.fewest, 1);
  EXPECT_EQ(spread.median, 2.5);
  EXPECT_EQ(spread.mean, 3.75);
  EXPECT_EQ(spread.most, 9);
  std::vector<std::vector<std::int64_t>> bins;
  for (const auto& bin : spread.bins) bins.push_back({bin.from, bin.to, bin.count});
  EXPECT_THAT(bins, ElementsAre(ElementsAre(1, 1, 1), ElementsAre(2, 3, 2), ElementsAre(4, 7, 0),
                                ElementsAre(8, 15, 1)));
}

TEST_F(Inspect, SamplesTheFirstAndTheLastImageOfPeopleFromAllOver) {
  const auto all = make_small_collection(folder_ / "all", {1, 2, 3, 9});
  const PeopleSample sample = sample_people(all, 2);
  EXPECT_EQ(sample.persons(), 2);
  EXPECT_THAT(sample.people, ElementsAre(0, 0, 1, 1));
  std::vector<std::pair<int, int>> who;  // red and green of each
  for (std::size_t i = 0; i < sample.people.size(); ++i)
    who.emplace_back(sample.pixels[12 * i], sample.pixels[12 * i + 4]);
  EXPECT_THAT(who, ElementsAre(std::pair(1, 1), std::pair(1, 2), std::pair(2, 1), std::pair(2, 3)));
  EXPECT_EQ(sample_people(all, 100).persons(), 3) << "one has a single image";
  EXPECT_EQ(sample_people(make_small_collection(folder_ / "singles", {1, 1}), 100).persons(), 0);
}

TEST_F(Inspect, SamplesPeopleOfClientsByClientAndLabel) {
  write_clients(folder_ / "set", {.clients = 25});
  const PeopleSample sample = sample_people(Dataset(folder_ / "set"), 1000);
  std::int32_t with_several = 0;
  for (std::int64_t c = 0; c < 25; ++c) {
    std::map<std::int32_t, int> images;
    const Dataset set(folder_ / "set");
    for (const auto label : set.client(ClientId{c}).labels()) ++images[label];
    for (const auto& entry : images) with_several += entry.second > 1 ? 1 : 0;
  }
  EXPECT_EQ(sample.persons(), with_several);
}

TEST_F(Inspect, CountsClients) {
  write_clients(folder_ / "set", {.clients = 25});
  const auto summary = summarise(Dataset(folder_ / "set"));
  EXPECT_EQ(summary.identities, 75);
  EXPECT_EQ(summary.train_images + summary.test_images, 175);
  EXPECT_EQ(summary.images_per_client.most, 7);
  ASSERT_EQ(summary.clients.size(), 25U);
  EXPECT_EQ(summary.clients[3].name, "client_3");
  EXPECT_EQ(summary.clients[3].train_images, 5);  // images 21 to 27, of which 23 and 27 are for testing
  EXPECT_EQ(summary.clients[3].test_images, 2);
  const std::string text = describe(summary);
  EXPECT_THAT(text, AllOf(HasSubstr("client_19"), Not(HasSubstr("client_20")), HasSubstr("... and 5 more")));
  const auto json = nlohmann::json::parse(to_json(summary));
  EXPECT_EQ(json.at("role"), "clients");
  EXPECT_EQ(json.at("clients").at(24).at("name"), "client_24");
}

TEST_F(Inspect, CountsThePairsOfEachFold) {
  {
    DatasetWriter writer(folder_ / "pairs", {.role = Role::benchmark, .size = stored_size});
    writer.begin_client("a", 3);
    for (const std::int64_t i : {0, 1, 2}) writer.add(numbered_new_image(i, Encoding::raw, 1));
    writer.set_identities({"a"});
    writer.set_pairs({{0, 1, true, 0}, {0, 2, true, 1}, {1, 2, false, 1}});
    writer.finish();
  }
  const auto json = nlohmann::json::parse(to_json(summarise(Dataset(folder_ / "pairs"))));
  EXPECT_EQ(json.at("folds").dump(), R"([{"genuine":1,"impostor":0},{"genuine":1,"impostor":1}])");
}

TEST_F(Inspect, CountsOnlyWhatBelongsToTheDataset) {
  const Dataset set = make_small_collection(folder_ / "all", {1, 2});
  const auto before = summarise(set).bytes;
  EXPECT_EQ(before,
            static_cast<std::int64_t>(std::filesystem::file_size(folder_ / "all" / "dataset.json") +
                                      std::filesystem::file_size(folder_ / "all" / "shard_00000.h5")));
  std::filesystem::create_directory(folder_ / "all" / "shard_folder");
  std::filesystem::create_symlink("nowhere", folder_ / "all" / "shard_dangling");
  overwrite(folder_ / "all" / "._shard_00000.h5", "Mac OS X");
  const auto summary = summarise(set);
  EXPECT_EQ(summary.bytes, before);
  EXPECT_EQ(summary.shards, 1);
}

TEST_F(Inspect, DescribesAFolderWhoseNameIsNotUtf8) {
  const Dataset set = make_small_collection(folder_ / "Zo\xEB", {1, 2});
  EXPECT_THAT(std::string(nlohmann::json::parse(to_json(summarise(set))).at("path")), HasSubstr("Zo\\xEB"));
}

TEST_F(Inspect, DrawsARowForEachIdentity) {
  const Dataset set = make_small_collection(folder_ / "all", {1, 4, 3, 2});
  const auto sheet = make_contact_sheet(set, 2, 3);
  EXPECT_THAT(sheet.rows, ElementsAre("id_0", "id_2")) << "spread over the dataset";
  // Two rows and three columns of 2x2 pixels, two pixels of white around each.
  ASSERT_EQ(sheet.image.size, (ImageSize{10, 14}));
  const auto red = [&](int y, int x) { return sheet.image.pixels[static_cast<std::size_t>(y * 14 + x)]; };
  EXPECT_EQ(red(2, 2), 0);
  EXPECT_EQ(red(2, 6), 255) << "id_0 has one image";
  EXPECT_EQ(red(6, 2), 2);
  EXPECT_EQ(red(7, 11), 2);
  EXPECT_EQ(red(8, 11), 255);
  const auto green = [&](int y, int x) {
    return sheet.image.pixels[static_cast<std::size_t>(140 + y * 14 + x)];
  };
  EXPECT_EQ(green(6, 10), 3) << "the third image";
}

TEST_F(Inspect, SetsTheRowsOfClientsApart) {
  write_clients(folder_ / "set", {.clients = 2, .identities = 2});
  const auto sheet = make_contact_sheet(Dataset(folder_ / "set"), 100, 1);
  EXPECT_THAT(sheet.rows, ElementsAre("client_0/person_0_0", "client_0/person_0_1", "client_1/person_1_0",
                                      "client_1/person_1_1"));
  EXPECT_EQ(sheet.image.size.height, 5 * 2 + 4 * stored_size.height + 12);
}

}  // namespace
}  // namespace fedfr::data
