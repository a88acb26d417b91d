#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fedfr/data/dataset_writer.hpp"
#include "shard_file.hpp"

namespace fedfr::data {

/// Collects the images of one shard in a spool file, since the size of a contiguous data set must be known
/// before it is written, and turns them into the shard at the end.
class ShardWriter {
 public:
  ShardWriter(std::filesystem::path path, ImageSize size, Encoding encoding);

  void begin_client(std::int64_t id, const std::string& name, const std::vector<std::string>& identity_names);
  void add(const NewImage& image);
  std::int64_t bytes() const { return stored_offsets_.back(); }
  const ShardIndex& index() const { return index_; }

  /// Writes the shard durably and removes the spool file.
  /// @returns the checksum of its index, which covers those of its images
  std::uint32_t finish();

 private:
  void close_block();

  std::filesystem::path path_;
  std::filesystem::path spool_path_;
  ImageSize size_;
  Encoding encoding_;
  std::ofstream spool_;
  ShardIndex index_;
  std::vector<std::int64_t> stored_offsets_{0};
  std::vector<std::string> client_names_, identity_names_, source_names_;
  std::uint32_t block_crc_ = 0;
};

}  // namespace fedfr::data
