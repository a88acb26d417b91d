#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// The images of every identity of a dataset, identities in the order of their first image.
struct CollectionIndex {
  std::vector<std::string> names;                 ///< [I], all different
  std::vector<std::vector<std::int64_t>> images;  ///< [I] indices into Dataset::all(), ascending
  std::vector<std::int64_t> counts() const;       ///< [I] images of each
};

/// @throws DataError naming the dataset if its labels are those of clients, or two identities have one name
CollectionIndex index_collection(const Dataset& dataset);

/// Names of all identities of a dataset of any role, sorted.
std::vector<std::string> all_identity_names(const Dataset& dataset);

}  // namespace fedfr::data
