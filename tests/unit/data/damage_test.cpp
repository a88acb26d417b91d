#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fedfr/core/error.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;
namespace fs = std::filesystem;

class Damage : public testing::Test {
 protected:
  Damage() { write_clients(set(), {.shard_bytes = 1000}); }  // shards of 2, 2 and 1 clients
  fs::path set() const { return folder_ / "set"; }
  fs::path shard(int number) const { return set() / fmt::format("shard_{:05}.h5", number); }
  fs::path manifest() const { return set() / "dataset.json"; }

  /// Where the pixels of an image lie in its shard.
  static std::size_t find_pixels(const fs::path& file, std::int64_t number) {
    const auto pixels = numbered_image(number).pixels;
    return read_text(file).find(std::string(pixels.begin(), pixels.end()));
  }

  auto opening() const {
    return [this] { const Dataset opened(set()); };
  }

  fedfr::test::TempFolder folder_;
};

TEST_F(Damage, IsAbsentAtFirst) { EXPECT_THAT(verify_checksums(set()), IsEmpty()); }

TEST_F(Damage, AMissingDatasetIsNamed) {
  EXPECT_THAT([&] { const Dataset none(folder_ / "none"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("none"), HasSubstr("is no dataset"))));
  EXPECT_THROW(verify_checksums(folder_ / "none"), DataError);
}

TEST_F(Damage, AMissingShardIsNamedAtOpening) {
  fs::remove(shard(1));
  EXPECT_THAT(opening(), ThrowsMessage<DataError>(HasSubstr(shard(1).string())));
  const auto found = verify_checksums(set());
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FALSE(found[0].unreadable) << "to be restored";
}

TEST_F(Damage, IsNotWhatTheSystemKeepsBack) {
  overwrite(shard(0), "damaged");
  fs::remove(shard(1));
  fs::create_symlink(shard(1).filename(), shard(1));  // cannot be opened by anybody: it leads to itself
  const auto found = verify_checksums(set());
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_FALSE(found[0].unreadable);
  EXPECT_TRUE(found[1].unreadable);
  EXPECT_THAT(found[1].what, AllOf(HasSubstr(shard(1).string()), HasSubstr("Too many levels")));
}

TEST_F(Damage, ATruncatedShardIsNamedAtOpening) {
  const std::string whole = read_text(shard(1));
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, std::size_t{8}, whole.size() / 2, whole.size() - 1}) {
    overwrite(shard(1), whole.substr(0, length));
    EXPECT_THAT(opening(),
                ThrowsMessage<DataError>(AllOf(HasSubstr(shard(1).string()), HasSubstr("truncated"))));
    EXPECT_THAT(verify_checksums(set()), SizeIs(1));
  }
  overwrite(shard(1), whole + "x");
  EXPECT_THAT(opening(), ThrowsMessage<DataError>(HasSubstr(shard(1).string())));
}

TEST_F(Damage, AShardTruncatedInUseIsNamed) {
  const Dataset opened(set());
  const ImageSet client = opened.client(ClientId{2});
  fs::resize_file(shard(1), find_pixels(shard(1), 14) + 10);
  EXPECT_THAT([&] { read_one(client, 0); }, ThrowsMessage<DataError>(AllOf(HasSubstr(shard(1).string()))));
}

TEST_F(Damage, AChangedPixelIsNamedByShardBlockAndClient) {
  flip_byte(shard(1), find_pixels(shard(1), 23) + 5);  // the third image of client 3
  const auto named = AllOf(HasSubstr(shard(1).string()), HasSubstr("block 9 "), HasSubstr("client 3"));
  const Dataset opened(set());
  const ImageSet client = opened.client(ClientId{3});
  EXPECT_EQ(read_one(client, 1), numbered_image(22).pixels) << "the images beside it are sound";
  EXPECT_THAT([&] { read_one(client, 2); }, ThrowsMessage<DataError>(named));
  const auto damage = verify_checksums(set());
  ASSERT_THAT(damage, SizeIs(1));
  EXPECT_EQ(damage[0].file, shard(1));
  EXPECT_THAT(damage[0].what, named);
}

TEST_F(Damage, InOneShardLeavesTheOthersReadable) {
  std::string content = read_text(shard(2));
  std::ranges::fill(content, 'x');
  overwrite(shard(2), content);
  const Dataset opened(set());
  EXPECT_EQ(read_one(opened.client(ClientId{0}), 0), numbered_image(0).pixels);
  EXPECT_THAT([&] { opened.client(ClientId{4}); }, ThrowsMessage<DataError>(HasSubstr(shard(2).string())));
  EXPECT_THAT([&] { opened.all().labels(); }, ThrowsMessage<DataError>(HasSubstr(shard(2).string())));
}

// Any byte may flip: either a checksum finds it, or it lies in a gap of the file and all still reads the
// same.
TEST_F(Damage, NoFlippedByteOfAShardPassesUnnoticed) {
  const std::string whole = read_text(shard(2));
  std::size_t unnoticed = 0;
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    flip_byte(shard(2), at);
    if (const auto damage = verify_checksums(set()); !damage.empty()) {
      EXPECT_EQ(damage[0].file, shard(2)) << at;
    } else {
      ++unnoticed;
      const Dataset opened(set());
      const ImageSet client = opened.client(ClientId{4});
      for (std::int64_t i = 0; i < 7; ++i)
        EXPECT_EQ(read_one(client, i), numbered_image(28 + i).pixels) << at;
      EXPECT_EQ(client.labels()[5], 33 % 3) << at;
      EXPECT_EQ(opened.client_name(ClientId{4}), "client_4") << at;
    }
    flip_byte(shard(2), at);
  }
  EXPECT_LT(unnoticed, whole.size() / 5 / 2) << "most bytes carry information";
  EXPECT_EQ(read_text(shard(2)), whole);
}

TEST_F(Damage, NoFlippedByteOfTheManifestPassesUnnoticed) {
  const std::size_t length = read_text(manifest()).size();
  for (std::size_t at = 0; at < length; ++at) {
    flip_byte(manifest(), at);
    EXPECT_THAT(opening(), ThrowsMessage<DataError>(HasSubstr(manifest().string()))) << at;
    flip_byte(manifest(), at);
  }
}

TEST_F(Damage, AnotherFormatVersionIsRefusedInWords) {
  std::string text = read_text(manifest());
  const std::string version = "\"format_version\": 1";
  text.replace(text.find(version), version.size(), "\"format_version\": 2");
  overwrite(manifest(), text);
  EXPECT_THAT(opening(), ThrowsMessage<DataError>(
                             AllOf(HasSubstr(manifest().string()),
                                   HasSubstr("format version is 2, but this fedfr reads version 1"))));
}

TEST_F(Damage, AShardOfAnotherDatasetIsRefused) {
  write_clients(folder_ / "other", {.identities = 2, .shard_bytes = 1000});
  fs::copy_file(folder_ / "other" / "shard_00001.h5", shard(1), fs::copy_options::overwrite_existing);
  const auto use = [&] { Dataset(set()).client(ClientId{2}); };
  EXPECT_THAT(use, ThrowsMessage<DataError>(HasSubstr(shard(1).string())));
}

TEST_F(Damage, ChangedPairsAreNamed) {
  {
    DatasetWriter writer(folder_ / "pairs", {.role = Role::benchmark, .size = stored_size});
    writer.begin_client("a", 10);
    for (std::int64_t i = 0; i < 10; ++i) writer.add(numbered_new_image(i, Encoding::raw, 1));
    writer.set_identities({"a"});
    writer.set_pairs({{7, 9, true, 3}});
    writer.finish();
  }
  const auto file = folder_ / "pairs" / "pairs.h5";
  const std::string row("\x07\0\0\0\0\0\0\0\x09", 9);
  flip_byte(file, read_text(file).find(row));
  const Dataset opened(folder_ / "pairs");
  EXPECT_THAT([&] { opened.pairs(); }, ThrowsMessage<DataError>(HasSubstr(file.string())));
  EXPECT_THAT(verify_checksums(folder_ / "pairs"), SizeIs(1));
}

}  // namespace
}  // namespace fedfr::data
