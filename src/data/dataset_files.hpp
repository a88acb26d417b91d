#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fedfr/data/dataset.hpp"
#include "shard_file.hpp"

namespace fedfr::data {

inline constexpr int dataset_format_version = 1;
inline constexpr const char* manifest_name = "dataset.json";
inline constexpr const char* pairs_name = "pairs.h5";

/// One row of the manifest's shard table.
struct ShardEntry {
  std::string file;
  std::int64_t clients = 0;
  std::int64_t images = 0;
  std::uint32_t checksum = 0;  ///< of the shard's index, which covers the checksums of its images
};

/// dataset.json.
struct Manifest {
  Role role{};
  Encoding encoding{};
  ImageSize size;
  std::vector<ShardEntry> shards;
  std::vector<std::string> identities;  ///< by label of the whole set; empty for a set of clients
  std::int64_t pairs = 0;

  std::string to_text() const;
  static Manifest parse(const std::string& text, const std::filesystem::path& path);  ///< @throws DataError
};

/// The open shards of a dataset and their merged index.
class DatasetFiles {
 public:
  explicit DatasetFiles(const std::filesystem::path& folder);

  std::filesystem::path folder;
  Manifest manifest;
  std::string fingerprint;
  std::vector<std::unique_ptr<ShardFile>> shards;
  std::vector<std::int64_t> first_image;   ///< [S+1] of each shard
  std::vector<std::int64_t> first_client;  ///< [S+1] of each shard
  std::vector<std::int32_t> labels;        ///< [N]
  std::vector<Subset> subsets;             ///< [N]

  struct Place {
    const ShardFile& shard;
    std::int64_t index;  ///< in the shard
  };
  Place image(std::int64_t index) const;
  Place client(std::int64_t client) const;

  const std::vector<std::string>& source_names(const ShardFile& shard) const;  ///< read once

 private:
  mutable std::mutex names_mutex_;
  mutable std::vector<std::pair<const ShardFile*, std::vector<std::string>>> names_;
};

}  // namespace fedfr::data
