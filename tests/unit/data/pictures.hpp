#pragma once
#include <filesystem>
#include <string>

#include "fedfr/core/file.hpp"

/// Small pictures of every kind, which pictures/make.py makes.
namespace fedfr::data::test {

inline std::filesystem::path picture_path(const std::string& name) {
  return std::filesystem::path(FEDFR_PICTURES_DIR) / name;
}
inline std::string picture_bytes(const std::string& name) { return read_text(picture_path(name)); }

}  // namespace fedfr::data::test
