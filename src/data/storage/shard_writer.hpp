#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/core/file.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "hdf5_writer.hpp"
#include "shard_file.hpp"

namespace fedfr::data {

/// Collects the images of one shard in a spool file, since the size of a contiguous data set must be known
/// before it is written, and turns them into the shard at the end.
class ShardWriter {
 public:
  ShardWriter(std::filesystem::path path, ImageSize size, Encoding encoding);

  void begin_client(std::int64_t id, const std::string& name, const std::vector<std::string>& identity_names);
  void add(const NewImage& image);
  std::int64_t bytes() const { return bytes_; }  ///< of the images so far

  /// Writes the shard durably and removes the spool file.
  ShardEntry finish();

 private:
  void write_shard(const std::filesystem::path& path);
  void write_images(Hdf5Writer& file);

  std::filesystem::path path_;
  std::filesystem::path spool_path_;
  ImageSize size_;
  Encoding encoding_;
  FileDescriptor spool_;
  std::int64_t bytes_ = 0;
  ShardIndex index_;
  ShardNames names_;          // but for those of the images
  std::string source_names_;  // each with a zero behind it, since there are many
};

}  // namespace fedfr::data
