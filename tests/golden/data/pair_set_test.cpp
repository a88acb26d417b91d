// Verification sets of InsightFace, as Python and NumPy 1 and 2 pickled them: golden case formats.
#include <gtest/gtest.h>

#include "digest.hpp"
#include "fedfr/data/import/importer.hpp"
#include "support/golden.hpp"

namespace fedfr::data {
namespace {

TEST(PairSets, HaveTheImagesAndFlagsThatWerePickled) {
  FEDFR_NEEDS_GOLDEN("formats/expected.h5");
  const fedfr::test::GoldenFile golden("formats/expected.h5");
  const auto files = golden.strings("pairs/files");
  const auto jpegs = golden.strings("pairs/jpeg_sha256");
  const auto pixels = golden.strings("pairs/decoded_rgb_sha256");
  const auto same = golden.ints("pairs/is_same");
  ASSERT_EQ(files.size(), 6U);
  const fedfr::test::TempFolder folder;
  for (const auto& name : files) {
    const std::filesystem::path file = fedfr::test::golden_folder() / "formats" / name;
    import_images(std::span(&file, 1), folder / name, {.encoding = Encoding::jpeg});
    const Dataset made(folder / name);
    const auto pairs = made.pairs();
    ASSERT_EQ(pairs.size(), same.size()) << name;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(pairs[i].genuine, same[i] != 0) << name;
      for (const std::size_t side : {0U, 1U}) {
        const auto image = side == 0 ? pairs[i].first : pairs[i].second;
        const auto stored = made.all().read_stored(image);
        EXPECT_EQ(test::sha256({stored.begin(), stored.end()}), jpegs[2 * i + side])
            << name << ", pair " << i;
        std::vector<std::uint8_t> rgb(static_cast<std::size_t>(made.image_size().bytes()));
        made.all().read(std::span(&image, 1), rgb);
        EXPECT_EQ(test::sha256(test::interleaved({made.image_size(), rgb})), pixels[2 * i + side]) << name;
      }
    }
  }
}

}  // namespace
}  // namespace fedfr::data
