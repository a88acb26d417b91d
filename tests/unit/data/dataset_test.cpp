#include "fedfr/data/storage/dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "fedfr/core/error.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;
namespace fs = std::filesystem;

std::int64_t open_files() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

class StoredClients : public testing::TestWithParam<Encoding> {
 protected:
  StoredClients() { write_clients(folder_ / "set", shape()); }
  static StoredShape shape() { return {.encoding = GetParam()}; }

  std::vector<std::uint8_t> expected(std::int64_t number) const {
    const auto stored = numbered_new_image(number, GetParam(), 1).pixels;
    return GetParam() == Encoding::raw ? stored : decode(std::as_bytes(std::span(stored))).pixels;
  }

  fedfr::test::TempFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Encodings, StoredClients, testing::Values(Encoding::raw, Encoding::jpeg),
                         [](const auto& tested) { return std::string(name(tested.param)); });

TEST_P(StoredClients, ComeBackAsTheyWereWritten) {
  const Dataset set(folder_ / "set");
  EXPECT_EQ(set.role(), Role::clients);
  EXPECT_EQ(set.encoding(), GetParam());
  EXPECT_EQ(set.image_size(), stored_size);
  EXPECT_EQ(set.clients(), 5);
  EXPECT_EQ(set.images(), 35);
  EXPECT_EQ(set.identities(), 15);
  std::int64_t number = 0;
  for (std::int64_t c = 0; c < 5; ++c) {
    const ImageSet client = set.client(ClientId{c});
    EXPECT_EQ(set.client_name(ClientId{c}), fmt::format("client_{}", c));
    EXPECT_THAT(set.identity_names(ClientId{c}),
                ElementsAre(fmt::format("person_{}_0", c), fmt::format("person_{}_1", c),
                            fmt::format("person_{}_2", c)));
    ASSERT_EQ(client.size(), 7);
    EXPECT_EQ(client.identities(), 3);
    for (std::int64_t i = 0; i < client.size(); ++i, ++number) {
      const auto at = static_cast<std::size_t>(i);
      const auto written = numbered_new_image(number, GetParam(), 3);
      EXPECT_EQ(read_one(client, i), expected(number)) << number;
      EXPECT_EQ(client.read_stored(i), written.pixels);
      EXPECT_EQ(client.labels()[at], written.label);
      EXPECT_EQ(client.subsets()[at], written.subset);
      EXPECT_EQ(client.source_name(i), written.source_name);
    }
  }
}

TEST_P(StoredClients, AreOneSetTogether) {
  const Dataset set(folder_ / "set");
  const ImageSet all = set.all();
  ASSERT_EQ(all.size(), 35);
  EXPECT_EQ(all.identities(), 3);
  const std::vector<std::int64_t> which{34, 0, 14, 13, 34};  // across shards, unordered, one of them twice
  const auto bytes = static_cast<std::size_t>(stored_size.bytes());
  std::vector<std::uint8_t> pixels(which.size() * bytes);
  all.read(which, pixels);
  for (std::size_t i = 0; i < which.size(); ++i)
    EXPECT_TRUE(std::ranges::equal(std::span(pixels).subspan(i * bytes, bytes), expected(which[i]))) << i;
  EXPECT_EQ(all.labels().size(), 35U);
  EXPECT_EQ(all.labels()[33], 0);
  EXPECT_THAT(all.indices(Subset::test), ElementsAre(3, 7, 11, 15, 19, 23, 27, 31));
}

TEST_P(StoredClients, AreReadByManyThreadsAtOnce) {
  const Dataset set(folder_ / "set");
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> readers;
    for (int thread = 0; thread < 4; ++thread)
      readers.emplace_back([&] {
        for (std::int64_t number = 0; number < set.images(); ++number) {
          wrong += read_one(set.all(), number) == expected(number) ? 0 : 1;
          wrong += set.client_name(ClientId{number / 7}) == fmt::format("client_{}", number / 7) ? 0 : 1;
        }
      });
  }
  EXPECT_EQ(wrong, 0);
}

TEST(Dataset, HasEqualBytesWhenWrittenAgain) {
  const fedfr::test::TempFolder folder;
  write_clients(folder / "set");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5 counts times in seconds
  write_clients(folder / "again");
  for (const char* file : {"dataset.json", "shard_00000.h5", "shard_00001.h5"})
    EXPECT_EQ(read_text(folder / "set" / file), read_text(folder / "again" / file)) << file;
  EXPECT_EQ(Dataset(folder / "set").fingerprint(), Dataset(folder / "again").fingerprint());
}

TEST(Dataset, KeepsFewFilesOpenHoweverManyShardsThereAre) {
  const fedfr::test::TempFolder folder;
  write_clients(folder / "set", {.clients = 80, .images = 1, .identities = 1, .shard_bytes = 1});
  const std::int64_t before = open_files();
  const Dataset set(folder / "set");
  EXPECT_EQ(open_files(), before) << "opening reads no shard";
  for (std::int64_t number : {79, 0, 75})
    EXPECT_EQ(read_one(set.all(), number), numbered_image(number).pixels);
  for (std::int64_t number = 0; number < 80; ++number)
    EXPECT_EQ(read_one(set.client(ClientId{number}), 0), numbered_image(number).pixels);
  EXPECT_GT(open_files(), before);
  EXPECT_LE(open_files(), before + 64);
}

TEST(Dataset, KnowsIdentitiesAndPairsOfABenchmark) {
  const fedfr::test::TempFolder folder;
  {
    DatasetWriter writer(folder / "set", {.role = Role::benchmark, .size = stored_size});
    writer.begin_client("first", 2);
    writer.add(numbered_new_image(0, Encoding::raw, 2));
    writer.add(numbered_new_image(1, Encoding::raw, 2));
    writer.set_identities({"Zoë", "Ann"});
    writer.set_pairs({{0, 1, false, 4}, {1, 1, true, 0}});
    writer.finish();
  }
  const Dataset set(folder / "set");
  EXPECT_EQ(set.identities(), 2);
  EXPECT_THAT(set.identity_names(ClientId{0}), ElementsAre("Zoë", "Ann"));
  const auto pairs = set.pairs();
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].second, 1);
  EXPECT_FALSE(pairs[0].genuine);
  EXPECT_EQ(pairs[0].fold, 4);
  EXPECT_TRUE(pairs[1].genuine);
}

TEST(Dataset, MayBeEmpty) {
  const fedfr::test::TempFolder folder;
  DatasetWriter(folder / "set", {.role = Role::public_set, .size = stored_size}).finish();
  const Dataset set(folder / "set");
  EXPECT_EQ(set.images(), 0);
  EXPECT_THAT(set.all().labels(), IsEmpty());
  EXPECT_THAT(set.pairs(), IsEmpty());
  EXPECT_THAT(ImageSet().labels(), IsEmpty());
}

TEST(Dataset, HasNoClientBeyondItsLast) {
  const fedfr::test::TempFolder folder;
  write_clients(folder / "set");
  const Dataset set(folder / "set");
  EXPECT_THAT([&] { set.client(ClientId{5}); }, ThrowsMessage<DataError>(HasSubstr("has 5 clients")));
  EXPECT_THROW(set.client(ClientId{-1}), DataError);
}

}  // namespace
}  // namespace fedfr::data
