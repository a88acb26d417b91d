#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

/// The layout of a dataset directory, version 1: `dataset.json` as below, the shards that it lists
/// (shard_file.hpp), and for a benchmark `pairs.h5` with int64 [P,4] "pairs": first image, second image,
/// genuine, fold.
namespace fedfr::data {

inline constexpr int dataset_format_version = 1;
inline constexpr const char* manifest_name = "dataset.json";
inline constexpr const char* pairs_name = "pairs.h5";

/// One row of the manifest's shard table: all that must be known of a shard before it is opened.
struct ShardEntry {
  std::string file;
  std::int64_t first_client = 0;
  std::int64_t clients = 0;
  std::int64_t images = 0;
  std::int64_t identities = 0;  ///< of its clients together; 0 unless the role is clients
  std::int64_t bytes = 0;       ///< size of the file
  std::uint32_t index_crc = 0;  ///< CRC32C of its index, which holds the checksums of all else
};

/// dataset.json, which carries a CRC32C of its own content.
struct Manifest {
  Role role{};
  Encoding encoding{};
  ImageSize size;
  std::vector<ShardEntry> shards;
  std::vector<std::string> identities;  ///< by label of the whole set; empty for a set of clients
  std::int64_t pairs = 0;
  std::uint32_t pairs_crc = 0;  ///< CRC32C of the rows of pairs.h5

  std::string to_text() const;  ///< all names in it must be UTF-8

  /// @param path  of the text, for messages
  /// @throws DataError naming the path: damaged, incomplete, or of another format version
  static Manifest parse(const std::string& text, const std::filesystem::path& path);
};

/// @throws DataError unless both sides are from 1 to 4096 pixels
void check_image_size(ImageSize size);

/// @throws DataError naming the file if the folder holds no dataset
std::string read_manifest_text(const std::filesystem::path& folder);

}  // namespace fedfr::data
