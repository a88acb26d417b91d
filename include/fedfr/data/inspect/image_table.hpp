#pragma once
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// What is known of an image of a dataset.
struct ImageRow {
  std::int64_t client = -1;   ///< in a set of clients; else -1
  std::string client_name;    ///< empty outside of a set of clients
  std::int64_t identity = 0;  ///< number of the person in the whole dataset, client after client
  std::string identity_name;  ///< of its folder at the import
  /// Number of the person within its client; outside of clients the same as identity.
  std::int32_t label = 0;
  Subset subset = Subset::train;
  std::string source;  ///< name of the file that it was imported from; empty if none
};

/// A row for each image, in the order of Dataset::all. A person of whom two clients have images counts twice.
/// @throws DataError naming the shard if what it tells of its images is damaged
std::vector<ImageRow> image_table(const Dataset& dataset);

/// As CSV with the columns row, client, client_name, identity, identity_name, label, subset (train or test)
/// and source; valid UTF-8. `client` is empty outside of a set of clients.
std::string csv(const std::vector<ImageRow>& rows);

}  // namespace fedfr::data
