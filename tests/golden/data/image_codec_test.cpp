#include "fedfr/data/codec/image_codec.hpp"

#include <gtest/gtest.h>

#include "digest.hpp"
#include "support/golden.hpp"

namespace fedfr::data {
namespace {

using fedfr::test::GoldenFile;

TEST(DecodedFaces, HaveThePixelsThatTheReleasedProgramSaw) {
  FEDFR_NEEDS_GOLDEN("h_local_training.h5");
  FEDFR_NEEDS_LFW();
  const GoldenFile golden("h_local_training.h5");
  const auto names = golden.strings("images/names");
  const auto digests = golden.strings("images/decoded_rgb_sha256");
  ASSERT_GT(names.size(), 0U);
  ASSERT_EQ(names.size(), digests.size());
  const fedfr::test::TarFile faces(fedfr::test::lfw_folder() / "lfw112.tar");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto encoded = faces.read(names[i]);
    EXPECT_EQ(test::sha256(test::interleaved(decode(encoded))), digests[i]) << names[i];
  }
}

}  // namespace
}  // namespace fedfr::data
