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

/// At most so many of them, from all over the list and in its order.
std::vector<ListedIdentity> spread(std::vector<ListedIdentity> all, std::int64_t most);

}  // namespace fedfr::data
