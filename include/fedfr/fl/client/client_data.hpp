#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedfr/core/ids.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::fl {

/// Images to train with out of one image set.
struct TrainingImages {
  data::ImageSet images;
  std::vector<std::int64_t> indices;  ///< [n] into `images`
  std::int32_t first_label = 0;       ///< added to the labels of `images`
};

/// A client's own training data.
struct ClientData {
  ClientId id{};
  std::string name;
  std::vector<TrainingImages> sources;
  int identities = 0;  ///< of all sources together

  std::int64_t size() const;
};

/// The training images of one client.
/// @param most_per_identity  only the first so many images of an identity; 0: all
/// @throws DataError naming the client if it has none
ClientData client_data(const data::Dataset& clients, ClientId id, int most_per_identity);

/// Indices of one subset, at most so many an identity, ascending.
std::vector<std::int64_t> limited_indices(const data::ImageSet& images, data::Subset subset,
                                          int most_per_identity);

}  // namespace fedfr::fl
