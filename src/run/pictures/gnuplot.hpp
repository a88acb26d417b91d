#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace fedfr::run {

/// Leaves `script` beside `picture`, named after it, and runs gnuplot on it in that folder.
/// @return nothing, or why there is no picture
/// @throws DataError if the script cannot be written
std::optional<std::string> run_gnuplot(const std::string& script, const std::filesystem::path& picture);

}  // namespace fedfr::run
