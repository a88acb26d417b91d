#pragma once
#include <cstdio>
#include <memory>
#include <string>

#include "fedfr/core/output_file.hpp"
#include "fedfr/data/codec/image.hpp"
#include "support/temp_folder.hpp"

namespace fedfr::data::test {

/// By the program of the GNU core utilities, so that no library is needed for these tests alone.
inline std::string sha256(const std::string& content) {
  const fedfr::test::TempFolder folder;
  replace_file(folder / "content", content);
  const std::string command = "sha256sum < '" + (folder / "content").string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string digest(64, '\0');
  digest.resize(pipe ? std::fread(digest.data(), 1, digest.size(), pipe.get()) : 0);
  return digest;
}

/// [H,W,3], as other programs hold pictures.
inline std::string interleaved(const Image& image) {
  const std::size_t plane = image.pixels.size() / 3;
  std::string rgb;
  for (std::size_t at = 0; at < plane; ++at)
    for (std::size_t c = 0; c < 3; ++c) rgb.push_back(static_cast<char>(image.pixels[c * plane + at]));
  return rgb;
}

}  // namespace fedfr::data::test
