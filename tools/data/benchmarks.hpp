#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::tool {

/// Writes a benchmark with the pairs of a list (see read_pair_list) that touch no identity of the datasets in
/// `exclude`.
/// @param cfp_kind  FF or FP where the list is a folder that holds both; else empty
/// @return what it holds and what was dropped, for the user
/// @throws DataError naming file and line
std::string make_listed_benchmark(const std::filesystem::path& list, const std::string& cfp_kind,
                                  const data::Dataset& collection,
                                  const std::vector<std::filesystem::path>& exclude,
                                  const std::filesystem::path& output);

/// Writes a benchmark with pairs drawn from the identities of a dataset.
/// @return what it holds, for the user
/// @throws UsageError if it has too few images for so many pairs
std::string draw_benchmark(const data::Dataset& people, std::int64_t genuine, std::int64_t impostor,
                           int folds, std::uint64_t seed, const std::filesystem::path& output);

}  // namespace fedfr::tool
