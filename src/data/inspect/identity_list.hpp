#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// One identity of a dataset of any role.
struct ListedIdentity {
  std::int64_t client = 0;  ///< 0 unless the role is clients
  std::string name;
  std::vector<std::int64_t> images;  ///< indices into Dataset::all(), ascending
};

/// All identities, by client and label.
std::vector<ListedIdentity> list_identities(const Dataset& dataset);

}  // namespace fedfr::data
