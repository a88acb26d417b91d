#pragma once
#include <filesystem>
#include <system_error>

#include "fedfr/core/error.hpp"

namespace fedfr::report {

/// Whether there is something of this name. What cannot be looked at is neither there nor missing.
/// @throws DataError naming it: a link that leads to itself, a folder that may not be entered
inline bool is_there(const std::filesystem::path& path) {
  std::error_code failed;
  const auto type = std::filesystem::status(path, failed).type();
  if (type == std::filesystem::file_type::not_found) return false;
  if (failed) throw DataError("cannot look at {}: {}", path.string(), failed.message());
  return true;
}

}  // namespace fedfr::report
