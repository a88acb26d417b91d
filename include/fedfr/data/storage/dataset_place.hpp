#pragma once
#include <filesystem>

/// Where datasets lie among other files, without opening them.
namespace fedfr::data {

/// The dataset that a path lies in, or that it is itself; empty where there is none.
std::filesystem::path dataset_around(const std::filesystem::path& path);

/// A file for a result must not be one that a dataset consists of.
/// @throws UsageError naming file and dataset, if the file exists and lies in one
void refuse_part_of_dataset(const std::filesystem::path& output);

}  // namespace fedfr::data
