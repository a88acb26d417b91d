#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "fedfr/data/storage/dataset.hpp"
#include "people_options.hpp"

namespace fedfr::tool {

/// Writes a benchmark with the pairs of a list (see read_pair_list) of people that `people` chooses.
/// @param cfp_kind  FF or FP where the list is a folder that holds both; else empty
/// @return what it holds and what was dropped, for the user
/// @throws DataError naming file and line
std::string make_listed_benchmark(const std::filesystem::path& list, const std::string& cfp_kind,
                                  const data::Dataset& collection, const PeopleOptions& people,
                                  const std::filesystem::path& output);

/// Writes a benchmark with pairs drawn from the identities of a dataset that `people` chooses.
/// @return what it holds, for the user
/// @throws UsageError if it has too few images for so many pairs
std::string draw_benchmark(const data::Dataset& collection, std::int64_t genuine, std::int64_t impostor,
                           int folds, std::uint64_t seed, const PeopleOptions& people,
                           const std::filesystem::path& output);

}  // namespace fedfr::tool
