#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedfr/core/file.hpp"
#include "fedfr/data/dataset.hpp"
#include "hdf5_file.hpp"

/// The shard, version 1. An HDF5 file with
///   attributes  format_version, height, width, block_images
///   images      uint8 [N,3,H,W], contiguous     or  jpeg uint8 [T] and jpeg_offset int64 [N+1]
///   label       int32 [N]                       subset        uint8 [N]
///   client_id   int64 [C]                       client_offset int64 [C+1], images of client c: [offset c,
///   offset c+1) client_name text [C]                        identity_offset int64 [C+1] into identity_name
///   text [I] source_name text [N]                        block_crc     uint32 [blocks], CRC32C of each run
///   of block_images images index_crc   uint32 [1], CRC32C over label, subset, client_id, client_offset,
///   identity_offset, block_crc
namespace fedfr::data {

inline constexpr std::int64_t shard_format_version = 1;
inline constexpr std::int64_t shard_block_images = 64;

/// All of a shard but pixels and texts.
struct ShardIndex {
  std::int64_t images = 0;
  std::vector<std::int32_t> labels;
  std::vector<std::uint8_t> subsets;
  std::vector<std::int64_t> client_ids;
  std::vector<std::int64_t> client_offsets;
  std::vector<std::int64_t> identity_offsets;
  std::vector<std::uint32_t> block_crcs;
  std::vector<std::int64_t> jpeg_offsets;  ///< empty for raw pixels

  std::uint32_t checksum() const;
  std::int64_t client_of(std::int64_t image) const;  ///< its id
};

/// An open shard. Images are read around the HDF5 library and its lock; reading is safe from several threads.
class ShardFile {
 public:
  /// @throws DataError naming the path: missing, truncated, another version or size, damaged index
  ShardFile(const std::filesystem::path& path, ImageSize size, Encoding encoding);

  const ShardIndex& index() const { return index_; }
  const std::filesystem::path& path() const { return path_; }

  /// Copies or decodes one image to `out` [3,H,W]. The checksum of its block is checked the first time.
  void read(std::int64_t image, std::span<std::uint8_t> out) const;
  std::vector<std::uint8_t> read_stored(std::int64_t image) const;

  std::vector<std::string> client_names() const;
  std::vector<std::string> identity_names() const;
  std::vector<std::string> source_names() const;

  std::vector<std::string> damaged_blocks() const;  ///< one text for each

 private:
  std::pair<std::int64_t, std::int64_t> extent(std::int64_t image) const;  ///< offset and bytes
  bool block_is_sound(std::int64_t block) const;
  std::string describe_block(std::int64_t block) const;
  void check_once(std::int64_t image) const;

  std::filesystem::path path_;
  ImageSize size_;
  FileDescriptor file_;
  ShardIndex index_;
  std::int64_t data_begin_ = 0;
  std::unique_ptr<std::atomic<bool>[]> checked_;  // [blocks]
};

}  // namespace fedfr::data
