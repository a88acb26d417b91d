#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace fedfr::fuzz {

/// Changes some bytes of a file that was right. That gets further than bytes of no file at all.
/// @param changes  4 bytes each: which file, where (2 bytes, little-endian), to what
/// @param number   of this file
inline std::string changed(std::string content, std::span<const std::uint8_t> changes, unsigned number) {
  for (; changes.size() >= 4 && !content.empty(); changes = changes.subspan(4))
    if (changes[0] % 2U == number)
      content[(changes[1] + 256U * changes[2]) % content.size()] = static_cast<char>(changes[3]);
  return content;
}

/// Without the care for crashes that fedfr's own writing takes.
inline void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace fedfr::fuzz
