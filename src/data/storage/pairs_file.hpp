#pragma once
#include <filesystem>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "manifest.hpp"

namespace fedfr::data {

/// Writes pairs.h5 durably and notes it in the manifest.
void write_pairs(const std::filesystem::path& folder, const std::vector<Pair>& pairs, Manifest& manifest);

/// @throws DataError naming the file: missing, damaged, or not what the manifest says
std::vector<Pair> read_pairs(const std::filesystem::path& folder, const Manifest& manifest);

}  // namespace fedfr::data
