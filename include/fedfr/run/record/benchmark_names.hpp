#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fedfr::run {

/// What benchmarks are called in tables, metrics, pictures and TensorBoard: the last part of each path, with
/// as many of the folders above it as tell it from the others and from the series that fedfr itself has
/// (`global`, `own`, `start` and so on). Names that differ only in case or in punctuation, which names of
/// files and columns lose, count as equal. A name is one line of UTF-8; bytes that are none are shown as
/// \xNN.
/// @param paths  absolute, each another place
/// @returns a name for each, all different
std::vector<std::string> benchmark_names(std::span<const std::filesystem::path> paths);

/// The name as part of the name of a file: without what no file name has, and not too long for one. Names of
/// one call of benchmark_names stay different.
std::string file_name_part(std::string_view benchmark_name);

/// The name of a dataset, or of a model, that stands alone.
std::string benchmark_name(const std::filesystem::path& path);

}  // namespace fedfr::run
