#include "fedfr/data/codec/image_codec.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>

#include "fedfr/core/output_file.hpp"
#include "support/golden.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data {
namespace {

using test::GoldenFile;

std::string interleaved(const Image& image) {
  const std::size_t plane = image.pixels.size() / 3;
  std::string rgb;
  for (std::size_t at = 0; at < plane; ++at)
    for (std::size_t c = 0; c < 3; ++c) rgb.push_back(static_cast<char>(image.pixels[c * plane + at]));
  return rgb;
}

/// By the program of the GNU core utilities, so that no library is needed for this test alone.
std::string sha256(const std::string& content) {
  const test::TempFolder folder;
  replace_file(folder / "content", content);
  const std::string command = "sha256sum < '" + (folder / "content").string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string digest(64, '\0');
  digest.resize(pipe ? std::fread(digest.data(), 1, digest.size(), pipe.get()) : 0);
  return digest;
}

TEST(DecodedFaces, HaveThePixelsThatTheReleasedProgramSaw) {
  FEDFR_NEEDS_GOLDEN("h_local_training.h5");
  FEDFR_NEEDS_LFW();
  const GoldenFile golden("h_local_training.h5");
  const auto names = golden.strings("images/names");
  const auto digests = golden.strings("images/decoded_rgb_sha256");
  ASSERT_GT(names.size(), 0U);
  ASSERT_EQ(names.size(), digests.size());
  const test::TarFile faces(test::lfw_folder() / "lfw112.tar");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto encoded = faces.read(names[i]);
    EXPECT_EQ(sha256(interleaved(decode(encoded))), digests[i]) << names[i];
  }
}

}  // namespace
}  // namespace fedfr::data
