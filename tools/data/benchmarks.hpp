#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::tool {

/// Writes a benchmark with the pairs of an LFW `pairs.txt` that touch no identity of the datasets in
/// `exclude`.
/// @return what it holds and what was dropped, for the user
/// @throws DataError naming file and line
std::string make_lfw_benchmark(const std::filesystem::path& pairs_txt, const data::Dataset& collection,
                               const std::vector<std::filesystem::path>& exclude,
                               const std::filesystem::path& output);

/// Writes a benchmark with pairs drawn from the identities of a dataset.
/// @return what it holds, for the user
/// @throws UsageError if it has too few images for so many pairs
std::string draw_benchmark(const data::Dataset& people, std::int64_t genuine, std::int64_t impostor,
                           int folds, std::uint64_t seed, const std::filesystem::path& output);

}  // namespace fedfr::tool
