#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/data/codec/image_codec.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// How a count is spread.
struct Distribution {
  struct Bin {
    std::int64_t from = 0, to = 0;  ///< both within
    std::int64_t count = 0;
  };
  std::int64_t fewest = 0, most = 0;
  double mean = 0, median = 0;
  std::vector<Bin> bins;  ///< widths double, from that of `fewest` to that of `most`
};

struct ClientSummary {
  std::string name;
  std::int64_t identities = 0, train_images = 0, test_images = 0;
};

struct FoldSummary {
  std::int64_t genuine = 0, impostor = 0;
};

/// What a dataset holds.
struct DatasetSummary {
  std::string path, fingerprint;
  Role role{};
  Encoding encoding{};
  ImageSize image_size;
  std::int64_t identities = 0, train_images = 0, test_images = 0;
  std::int64_t shards = 0, bytes = 0;  ///< on disk
  Distribution images_per_identity;
  Distribution images_per_client;      ///< for a set of clients
  std::vector<ClientSummary> clients;  ///< for a set of clients
  std::vector<FoldSummary> folds;      ///< for a benchmark
};

/// @throws DataError as reading the indices of the shards does
DatasetSummary summarise(const Dataset& dataset);

std::string describe(const DatasetSummary& summary);  ///< for people; the first 20 clients only
std::string to_json(const DatasetSummary& summary);   ///< for programs; everything

/// A picture of a dataset: a row for each identity, whose images stand side by side; rows of different
/// clients are set apart.
struct ContactSheet {
  Image image;
  std::vector<std::string> rows;  ///< names of the identities, with the client's in a set of clients
};

/// @param identities  at most so many rows, spread evenly over the dataset
/// @param images      at most so many columns, the first of each identity
ContactSheet make_contact_sheet(const Dataset& dataset, std::int64_t identities, std::int64_t images);

}  // namespace fedfr::data
