#include "data/storage/shard_pixels.hpp"

#include <gtest/gtest.h>

#include "fedfr/core/file.hpp"
#include "stored_dataset.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

/// Where HDF5 puts them is known only when all else is written; another version may put them elsewhere.
TEST(ShardPixels, AreAroundThemWhatTheRestHasWhereverTheyBelong) {
  const fedfr::test::TempFolder folder;
  std::string pixels(3'000'000, '\0');  // more than is held
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(i % 251);
  for (const std::size_t begin : {10U, 7U, 20U, 0U}) {
    const auto rest = folder / "rest";
    const std::string before = std::string("what stands before them").substr(0, begin);
    test::overwrite(rest, before + std::string(pixels.size(), '?') + "and what stands behind");
    ShardPixels file(folder / "shard", 10);
    for (std::size_t at = 0; at < pixels.size(); at += 1234)
      file.add(std::as_bytes(std::span(pixels).subspan(at, std::min<std::size_t>(1234, pixels.size() - at))));
    EXPECT_EQ(file.size(), std::ssize(pixels));
    file.finish(rest, static_cast<std::int64_t>(begin));
    EXPECT_TRUE(read_text(folder / "shard") == before + pixels + "and what stands behind") << begin;
  }
}

}  // namespace
}  // namespace fedfr::data
