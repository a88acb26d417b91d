// Record files that MXNet wrote: golden case formats.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "digest.hpp"
#include "fedfr/data/import/importer.hpp"
#include "support/golden.hpp"

namespace fedfr::data {
namespace {

namespace fs = std::filesystem;
using fedfr::test::golden_folder;
using fedfr::test::GoldenFile;
using fedfr::test::TempFolder;

constexpr const char* expected_file = "formats/expected.h5";

void expect_golden_images(const Dataset& made, const GoldenFile& golden, const std::string& set) {
  const auto keys = golden.ints(set + "/key");
  const auto labels = golden.ints(set + "/label");
  const auto jpegs = golden.strings(set + "/jpeg_sha256");
  const auto pixels = golden.strings(set + "/decoded_rgb_sha256");
  ASSERT_EQ(made.images(), std::ssize(keys));
  const auto names = made.identity_names(ClientId{0});
  const auto images = made.all();
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(made.image_size().bytes()));
  for (std::int64_t i = 0; i < made.images(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto stored = images.read_stored(i);
    EXPECT_EQ(test::sha256({stored.begin(), stored.end()}), jpegs[at]) << set << ", image " << i;
    images.read(std::span(&i, 1), rgb);
    EXPECT_EQ(test::sha256(test::interleaved({made.image_size(), rgb})), pixels[at]);
    EXPECT_EQ(names[static_cast<std::size_t>(images.labels()[at])], std::to_string(labels[at]));
    EXPECT_EQ(images.source_name(i), std::to_string(keys[at]) + ".jpg");
  }
}

TEST(RecordIo, HasTheImagesAndLabelsThatMXNetWrote) {
  FEDFR_NEEDS_GOLDEN(expected_file);
  const GoldenFile golden(expected_file);
  const TempFolder folder;
  const ImportOptions options{.encoding = Encoding::jpeg, .resize = std::nullopt};
  for (const std::string set : {"client", "public", "header_first", "plain"}) {
    const fs::path with_index = golden_folder() / "formats" / (set + ".rec");
    const fs::path without = folder / (set + ".rec");
    fs::copy_file(with_index, without);
    for (const auto& source : {with_index, without}) {
      const auto out = folder / (set + (source == without ? "_without" : "_with"));
      import_images(std::span(&source, 1), out, options);
      expect_golden_images(Dataset(out), golden, set);
    }
  }
}

TEST(RecordIo, OfEveryLengthThatIsCutShortIsRefused) {
  FEDFR_NEEDS_GOLDEN(expected_file);
  const TempFolder folder;
  const auto whole = read_text(golden_folder() / "formats/client.rec");
  const fs::path cut = folder / "cut.rec";
  int accepted = 0;
  for (std::size_t size = 1; size < whole.size(); size += 97) {
    replace_file(cut, whole.substr(0, size));
    try {
      import_images(std::span(&cut, 1), folder / "out", {.encoding = Encoding::jpeg});
      ++accepted;
      fs::remove_all(folder / "out");
    } catch (const DataError& e) {
      EXPECT_THAT(e.what(),
                  testing::AllOf(testing::HasSubstr("cut.rec, record"), testing::HasSubstr("offset")));
    }
  }
  EXPECT_EQ(accepted, 0) << "no cut of these falls between two records";
}

}  // namespace
}  // namespace fedfr::data
