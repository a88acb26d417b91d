#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "manifest.hpp"
#include "open_files.hpp"
#include "shard_file.hpp"

namespace fedfr::data {

/// The shards of a dataset, each opened when something in it is first asked for. Safe to use from several
/// threads.
class DatasetFiles {
 public:
  /// Checks that every shard is there and has its length; reads none.
  explicit DatasetFiles(const std::filesystem::path& folder);

  struct Place {
    const ShardFile& shard;
    std::int64_t first_image;  ///< of the shard, in the dataset
    std::int64_t index;        ///< of the image or client, in the shard
  };
  Place image(std::int64_t index) const;
  Place client(std::int64_t client) const;  ///< @throws DataError if there is none of this number

  std::span<const std::int32_t> labels(std::int64_t begin, std::int64_t end) const;
  std::span<const Subset> subsets(std::int64_t begin, std::int64_t end) const;

  const std::filesystem::path folder;
  const std::string manifest_text;
  const Manifest manifest;
  const std::vector<std::int64_t> first_image;   ///< [S+1] of each shard
  const std::vector<std::int64_t> first_client;  ///< [S+1] of each shard

 private:
  struct Slot {
    std::once_flag once;
    std::unique_ptr<const ShardFile> shard;
  };
  struct Merged {
    std::once_flag once;
    std::vector<std::int32_t> labels;
    std::vector<Subset> subsets;
  };
  const ShardFile& shard(std::size_t number) const;
  bool lie_in_one_shard(std::int64_t begin, std::int64_t end) const;
  const Merged& merged() const;

  mutable OpenFiles files_;
  mutable std::vector<Slot> slots_;
  mutable Merged merged_;
};

}  // namespace fedfr::data
