#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "manifest.hpp"

namespace fedfr::data {

/// @param images  of the benchmark
/// @param where   for messages: the file, or "the benchmark"
/// @throws DataError if the pair names an image or a fold that cannot be
void check_pair(const Pair& pair, std::int64_t images, const std::string& where);

/// Writes pairs.h5 durably and notes it in the manifest.
void write_pairs(const std::filesystem::path& folder, const std::vector<Pair>& pairs, Manifest& manifest);

/// @throws DataError naming the file: missing, damaged, or not what the manifest says
std::vector<Pair> read_pairs(const std::filesystem::path& folder, const Manifest& manifest);

}  // namespace fedfr::data
