#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/split/pairs_draw.hpp"
#include "fedfr/data/split/pairs_lfw.hpp"
#include "fedfr/data/split/people.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// Drops the pairs of a protocol that touch people who are not chosen.
void keep_chosen(LfwProtocol& protocol, const ChosenPeople& chosen);

/// The pairs of a protocol as indices into all images of a collection; the number of an image is found in its
/// name (<identity>_NNNN), so that an incomplete collection cannot shift it.
/// @param source  name of the protocol's file, for messages
/// @throws DataError naming file and line for an identity or an image that the collection does not have
std::vector<Pair> resolve_pairs(const LfwProtocol& protocol, const Dataset& collection,
                                const std::string& source);

/// Draws pairs of people who are chosen (see pairs_draw.hpp) as indices into all images of a collection.
std::vector<Pair> draw_pairs(const Dataset& collection, std::int64_t genuine, std::int64_t impostor,
                             int folds, std::uint64_t seed, const ChosenPeople& chosen = {});

/// Writes a benchmark with the images that the pairs use, in their order in the collection, and no others.
/// @param pairs  indices into collection.all()
/// @throws DataError if the folder exists, or there is no genuine or no impostor pair
void write_benchmark(const Dataset& collection, const std::vector<Pair>& pairs,
                     const std::filesystem::path& folder);

/// Genuine and impostor pairs in each fold, as a table.
std::string describe(const std::vector<Pair>& pairs);

}  // namespace fedfr::data
