#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

/// Whether datasets share people. A benchmark whose people were trained on flatters the model, and a public
/// set that holds people of clients gives away what they are to keep.
namespace fedfr::data {

struct Overlap {
  /// Names that both sets have. Numbers, by which people without names are called, do not count: they are of
  /// each set alone.
  std::int64_t people = 0;
  std::vector<std::string> some{};         ///< the first few of these names
  std::int64_t images = 0;                 ///< of the second set that the first has too, byte for byte
  std::vector<std::string> some_images{};  ///< the first few, as "FIRST = SECOND" with whose they are
  bool more_images_likely = false;         ///< only so many were compared byte by byte
};

/// Two sets with more images together are not compared.
inline constexpr std::int64_t most_compared_images = 5'000'000;

/// Reads names and checksums only, and of images with equal checksums at most 200; decodes none.
/// @throws DataError as reading the sets does
Overlap find_overlap(const Dataset& first, const Dataset& second);

/// A sentence for the user for each two sets that share people, and for each two that are too large to be
/// compared. Benchmarks are not compared with one another.
/// @param trained     what a run trains on
/// @param benchmarks  what it is measured on
std::vector<std::string> overlap_warnings(std::span<const Dataset> trained,
                                          std::span<const Dataset> benchmarks);

}  // namespace fedfr::data
