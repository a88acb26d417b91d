#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/split/people.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// The pairs of a list as indices into all images of a collection.
struct ListedPairs {
  std::string kind;  ///< of the list, for the user
  std::vector<Pair> pairs{};
  std::int64_t dropped = 0;            ///< touched people who are not chosen
  std::vector<std::string> remarks{};  ///< what the user should know of them
};

/// Reads a list of pairs of any kind that it recognises: LFW's pairs.txt (View 2) and pairsDev*.txt (View 1),
/// CFP's folder Protocol, and lists of paths (see pairs_paths.hpp).
/// @param cfp_kind  FF or FP where `list` is a folder that holds both; else empty
/// @param chosen  pairs that touch anybody else are dropped
/// @throws DataError naming file and line for a malformed line, and an image that the collection does not
/// have
ListedPairs read_pair_list(const std::filesystem::path& list, const std::string& cfp_kind,
                           const Dataset& collection, const ChosenPeople& chosen);

}  // namespace fedfr::data
