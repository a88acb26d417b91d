#include "fedfr/data/storage/batch_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "fedfr/core/error.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Loader : public testing::Test {
 protected:
  Loader() : set_((write_clients(folder_ / "set"), folder_ / "set")) {}  // 35 images, 7 a client

  /// Images of two clients by turns, backwards; labels and flags tell the position.
  static std::vector<BatchItem> sequence(std::int32_t length) {
    std::vector<BatchItem> items;
    for (std::int32_t i = 0; i < length; ++i)
      items.push_back({.source = i % 2, .index = 6 - i % 7, .label = 100 + i, .mirrored = i % 3 == 0});
    return items;
  }
  std::vector<ImageSet> sources() const { return {set_.client(ClientId{1}), set_.client(ClientId{3})}; }
  static std::vector<std::uint8_t> expected_pixels(std::int64_t position) {
    return numbered_image(7 * (position % 2 == 0 ? 1 : 3) + 6 - position % 7).pixels;
  }

  static void check(const Batch& batch, std::int64_t first, std::size_t size) {
    ASSERT_EQ(batch.labels.size(), size);
    ASSERT_EQ(batch.mirrored.size(), size);
    const auto bytes = static_cast<std::size_t>(stored_size.bytes());
    ASSERT_EQ(batch.pixels.size(), size * bytes);
    for (std::size_t i = 0; i < size; ++i) {
      const std::int64_t position = first + static_cast<std::int64_t>(i);
      EXPECT_EQ(batch.labels[i], 100 + position);
      EXPECT_EQ(batch.mirrored[i], position % 3 == 0 ? 1 : 0);
      EXPECT_TRUE(std::ranges::equal(batch.pixels.subspan(i * bytes, bytes), expected_pixels(position)))
          << position;
    }
  }

  fedfr::test::TempFolder folder_;
  Dataset set_;
};

TEST_F(Loader, DeliversTheSequenceInItsOrder) {
  for (const int ahead : {0, 1, 4, 100}) {
    BatchLoader::Options options{.batch = 8, .keep_incomplete = true};
    if (ahead > 0) {
      options.ahead = ahead;
      options.bytes_without_thread = 0;
    }
    BatchLoader loader(sources(), sequence(50), options);
    EXPECT_EQ(loader.batches(), 7);
    for (std::int64_t b = 0; b < 6; ++b) check(*loader.next(), 8 * b, 8);
    check(*loader.next(), 48, 2);
    EXPECT_EQ(loader.next(), nullptr);
    EXPECT_EQ(loader.next(), nullptr) << "the end stays the end";
  }
}

TEST_F(Loader, AugmentsEachImageByItsOwnDrawOnAnyNumberOfThreads) {
  const Augmentation augmentation{.crop = 0.5, .low_resolution = 0.5, .photometric = 0.5};
  const StreamKey draws{.seed = 3, .purpose = Purpose::augmentation, .round = 1, .client = 2, .epoch = 4};
  for (const int threads : {1, 3}) {
    BatchLoader loader(sources(), sequence(50),
                       {.batch = 50, .threads = threads, .augmentation = augmentation, .draws = draws});
    const Batch& batch = *loader.next();
    const auto bytes = static_cast<std::size_t>(stored_size.bytes());
    int changed = 0;
    for (std::int32_t i = 0; i < 50; ++i) {
      auto expected = expected_pixels(i);
      const auto stored = expected;
      RngStream random = image_stream(draws, i % 2, 6 - i % 7);
      augment(expected, stored_size, augmentation, random);
      EXPECT_TRUE(
          std::ranges::equal(batch.pixels.subspan(static_cast<std::size_t>(i) * bytes, bytes), expected))
          << i;
      changed += expected != stored ? 1 : 0;
    }
    EXPECT_GT(changed, 25);
    EXPECT_LT(changed, 50);
  }
}

TEST_F(Loader, DropsTheIncompleteBatchIfAsked) {
  BatchLoader loader(sources(), sequence(50), {.batch = 8, .keep_incomplete = false});
  EXPECT_EQ(loader.batches(), 6);
  for (std::int64_t b = 0; b < 6; ++b) check(*loader.next(), 8 * b, 8);
  EXPECT_EQ(loader.next(), nullptr);
}

TEST_F(Loader, LeavesTheBatchInHandAlone) {
  BatchLoader loader(sources(), sequence(400), {.batch = 4, .ahead = 2, .bytes_without_thread = 0});
  for (std::int64_t b = 0; b < 20; ++b) {
    const Batch& batch = *loader.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // time for the reader to run into its limit
    check(batch, 4 * b, 4);
  }
}

TEST_F(Loader, UsesItsBuffersAgain) {
  BatchLoader loader(sources(), sequence(400), {.batch = 4, .ahead = 3, .bytes_without_thread = 0});
  std::set<const std::uint8_t*> places;
  while (const Batch* batch = loader.next()) places.insert(batch->pixels.data());
  EXPECT_EQ(places.size(), 4U);
}

TEST_F(Loader, MayBeDestroyedAtAnyTime) {
  for (std::int64_t taken = 0; taken < 12; ++taken) {
    BatchLoader loader(sources(), sequence(40), {.batch = 4, .ahead = 2, .bytes_without_thread = 0});
    for (std::int64_t b = 0; b < taken; ++b) loader.next();
  }
}

TEST_F(Loader, OfAnEmptySequenceEndsAtOnce) {
  BatchLoader loader({}, {}, {.batch = 4});
  EXPECT_EQ(loader.batches(), 0);
  EXPECT_EQ(loader.next(), nullptr);
}

TEST_F(Loader, ThrowsWhatReadingThrewAfterTheBatchesBefore) {
  const auto shard = folder_ / "set" / "shard_00001.h5";
  const auto pixels = numbered_image(7 * 3 + 6 - 5).pixels;  // first read at position 5
  flip_byte(shard, read_text(shard).find(std::string(pixels.begin(), pixels.end())));
  const Dataset damaged(folder_ / "set");
  BatchLoader loader({damaged.client(ClientId{1}), damaged.client(ClientId{3})}, sequence(40),
                     {.batch = 4, .bytes_without_thread = 0});
  std::this_thread::sleep_for(
      std::chrono::milliseconds(50));  // the reader has failed before the first batch is taken
  check(*loader.next(), 0, 4);
  EXPECT_THAT([&] { loader.next(); }, ThrowsMessage<DataError>(HasSubstr("client 3")));
  EXPECT_THROW(loader.next(), DataError) << "and again";
}

TEST_F(Loader, ThrowsTheSameWithoutAThread) {
  const auto shard = folder_ / "set" / "shard_00001.h5";
  const auto pixels = numbered_image(7 * 3 + 6 - 5).pixels;
  flip_byte(shard, read_text(shard).find(std::string(pixels.begin(), pixels.end())));
  const Dataset damaged(folder_ / "set");
  BatchLoader loader({damaged.client(ClientId{1}), damaged.client(ClientId{3})}, sequence(40), {.batch = 4});
  check(*loader.next(), 0, 4);
  EXPECT_THAT([&] { loader.next(); }, ThrowsMessage<DataError>(HasSubstr("client 3")));
  EXPECT_THROW(loader.next(), DataError) << "and again";
}

TEST_F(Loader, RefusesSourcesOfDifferentSize) {
  {
    DatasetWriter writer(folder_ / "other", {.role = Role::collection, .size = {2, 2}});
    writer.begin_client("a", 1);
    writer.add({std::vector<std::uint8_t>(12, 0)});
    writer.set_identities({"a"});
    writer.finish();
  }
  const Dataset other(folder_ / "other");
  EXPECT_THAT(
      [&] {
        BatchLoader({set_.all(), other.all()}, {}, {});
      },
      ThrowsMessage<DataError>(HasSubstr("of 6x5 and of 2x2 pixels")));
  EXPECT_THROW(BatchLoader(sources(), sequence(4), {.batch = 0}), UsageError);
}

}  // namespace
}  // namespace fedfr::data
