#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/core/long_list.hpp"
#include "fedfr/core/scratch_file.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "hdf5_writer.hpp"
#include "manifest.hpp"
#include "shard_pixels.hpp"

namespace fedfr::data {

/// Numbers of a shard's index, as many as come.
template <class T>
class Column {
 public:
  explicit Column(const std::filesystem::path& scratch) : numbers_(scratch, bytes_at_once) {}

  void add(T number) { numbers_.add(std::as_bytes(std::span(&number, 1))); }
  std::int64_t size() const { return static_cast<std::int64_t>(numbers_.size() / sizeof(T)); }
  ScratchReader reader() const { return {numbers_, 0, numbers_.size(), bytes_at_once}; }

 private:
  static constexpr std::size_t bytes_at_once = std::size_t{1} << 16U;
  ScratchFile numbers_;
};

/// Writes the images of one shard as they come, collects its index, of as many images as come, in nameless
/// files, and makes the shard of both.
class ShardWriter {
 public:
  ShardWriter(std::filesystem::path path, ImageSize size, Encoding encoding);

  void begin_client(std::int64_t id, const std::string& name, const std::vector<std::string>& identity_names);
  void add(const NewImage& image);
  std::int64_t bytes() const { return pixels_.size(); }  ///< of the images so far

  /// Writes the shard durably.
  ShardEntry finish();

 private:
  std::int64_t images() const { return labels_.size(); }
  std::int64_t write_shard(const std::filesystem::path& path);
  void write_names(Hdf5Writer& file) const;
  void set_checksums();

  std::filesystem::path path_;
  ImageSize size_;
  Encoding encoding_;
  ShardPixels pixels_;

  // As ShardIndex and ShardNames have them.
  Column<std::int32_t> labels_;
  Column<Subset> subsets_;
  std::vector<std::int64_t> client_ids_;
  std::vector<std::int64_t> client_offsets_;
  std::vector<std::int64_t> identity_offsets_;
  Column<std::int64_t> jpeg_offsets_;
  Column<std::uint32_t> block_crcs_;
  std::string client_names_;  // each with a zero behind it
  std::string identity_names_;
  std::int64_t identities_ = 0;
  LongList source_names_;
  std::size_t longest_source_name_ = 0;
  std::uint32_t name_crc_ = 0;
  std::uint32_t index_crc_ = 0;
};

}  // namespace fedfr::data
