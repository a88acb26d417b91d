#pragma once
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "hdf5_reader.hpp"
#include "manifest.hpp"
#include "open_files.hpp"

/// The shard, version 1. An HDF5 file with these attributes and data sets, of N images, C clients and I names
/// of identities:
///   attributes       format_version, height, width
///   images           uint8 [N,3,H,W], contiguous; or in its place
///   jpeg             uint8 [T], and jpeg_offset int64 [N+1] into it
///   label            int32 [N]
///   subset           uint8 [N]
///   client_id        int64 [C]
///   client_offset    int64 [C+1], images of client c: [offset c, offset c+1)
///   client_name      text [C]
///   identity_offset  int64 [C+1] into identity_name
///   identity_name    text [I]
///   source_name      text [N]
///   block_crc        uint32 [N], CRC32C of each image as it is stored
///   name_crc         uint32 [1], CRC32C of the three lists of texts, each text with its final null
///   index_crc        uint32 [1], CRC32C of label, subset, client_id, client_offset, identity_offset,
///                    jpeg_offset, block_crc and name_crc
namespace fedfr::data {

inline constexpr std::int64_t shard_format_version = 1;

/// All of a shard but pixels and texts.
struct ShardIndex {
  std::vector<std::int32_t> labels;
  std::vector<Subset> subsets;
  std::vector<std::int64_t> client_ids;
  std::vector<std::int64_t> client_offsets;
  std::vector<std::int64_t> identity_offsets;
  std::vector<std::int64_t> jpeg_offsets;  ///< empty for raw pixels
  /// A block is one image: what is read is what is checked, and no more.
  std::vector<std::uint32_t> block_crcs;
  std::uint32_t name_crc = 0;

  std::int64_t images() const { return std::ssize(labels); }
  std::int64_t clients() const { return std::ssize(client_ids); }
  std::uint32_t checksum() const;
  std::int64_t client_of(std::int64_t image) const;  ///< its id
};

struct ShardNames {
  std::vector<std::string> clients;     ///< [C]
  std::vector<std::string> identities;  ///< [I]
  std::vector<std::string> sources;     ///< [N]
  std::uint32_t checksum() const;
};

/// Whether a shard is there and whole, without opening it.
/// @throws DataError naming the path
void check_length(const std::filesystem::path& path, std::int64_t expected);

/// A shard for reading. Its images are read around the HDF5 library and its lock, from several threads at
/// once.
class ShardFile {
 public:
  /// Reads the index.
  /// @param number  of the file in `files`, which must outlive this
  /// @throws DataError naming the path: missing, truncated, damaged, another version or another dataset's
  ShardFile(const std::filesystem::path& folder, const Manifest& manifest, std::size_t number,
            OpenFiles& files);

  const ShardIndex& index() const { return index_; }
  const ShardNames& names() const;  ///< read at the first call

  /// Copies or decodes one image to `out` [3,H,W].
  /// @throws DataError naming shard and client if it differs from its checksum or cannot be decoded
  void read(std::int64_t image, std::span<std::uint8_t> out) const;
  std::vector<std::uint8_t> read_stored(std::int64_t image) const;

 private:
  std::int64_t find_data(const Hdf5Reader& file, Encoding encoding) const;
  std::pair<std::int64_t, std::int64_t> extent(std::int64_t image) const;  // offset and bytes
  void read_checked(std::int64_t image, std::span<std::uint8_t> out) const;

  std::filesystem::path path_;
  ShardEntry entry_;
  ImageSize size_;
  std::size_t number_;
  OpenFiles& files_;
  ShardIndex index_;
  std::int64_t data_begin_ = 0;
  mutable std::once_flag names_once_;
  mutable ShardNames names_;
};

}  // namespace fedfr::data
