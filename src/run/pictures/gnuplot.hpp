#pragma once
#include <filesystem>
#include <string>

namespace fedfr::run {

/// Leaves `script` beside `picture`, named after it, and runs gnuplot on it in that folder.
/// @return whether gnuplot succeeded; a warning in the log tells why not
/// @throws DataError if the script cannot be written
bool run_gnuplot(const std::string& script, const std::filesystem::path& picture);

}  // namespace fedfr::run
