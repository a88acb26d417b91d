#pragma once
#include <cstdint>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// Some images of some people, decoded.
struct PeopleSample {
  ImageSize size;
  std::vector<std::uint8_t> pixels;  ///< [n,3,H,W]
  std::vector<std::int32_t> people;  ///< [n] number of the person in the sample, from 0, ascending

  std::int64_t images() const { return static_cast<std::int64_t>(people.size()); }
  std::int32_t persons() const { return people.empty() ? 0 : people.back() + 1; }
};

/// The first and the last image of at most so many people from all over the dataset, of those who have two or
/// more; nobody where no one has.
/// @throws DataError as reading the dataset does
PeopleSample sample_people(const Dataset& dataset, std::int64_t most_people);

}  // namespace fedfr::data
