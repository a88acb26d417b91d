#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/long_list.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// One image to be stored.
struct NewImage {
  std::vector<std::uint8_t> pixels;  ///< [3,H,W] planar RGB; for jpeg encoding the compressed bytes instead
  std::int32_t label = 0;
  Subset subset = Subset::train;
  std::string source_name{};  ///< file name below the folder of its identity, for images from files
};

/// Writes a dataset directory, shard by shard, to a temporary folder that takes the final name in `finish`; a
/// writer that is destroyed before that leaves nothing behind. Images are streamed: memory does not grow with
/// the dataset.
class DatasetWriter {
 public:
  struct Options {
    Role role = Role::collection;
    ImageSize size{112, 112};
    Encoding encoding = Encoding::raw;
    /// A new shard is begun at the next client beyond this.
    std::int64_t shard_bytes = std::int64_t{1} << 30;
  };

  /// @throws DataError if the folder exists already (never overwritten) or cannot be created
  DatasetWriter(const std::filesystem::path& folder, const Options& options);
  ~DatasetWriter();

  static constexpr std::int64_t as_many_as_come = -1;

  /// Starts the next client (block); the ones before are complete. Client ids are given in order from 0.
  /// @param image_count      how many images will be added to it, or as_many_as_come
  /// @param identity_names   for role clients: by label, of this client; other roles: leave empty, see
  ///                         set_identities
  /// @throws DataError if the client before lacks images, or a name is not UTF-8
  void begin_client(const std::string& client_name, std::int64_t image_count,
                    const std::vector<std::string>& identity_names = {});
  /// @throws DataError for more images than announced, a label without an identity, another image size (raw)
  void add(const NewImage& image);

  /// Names by label of the whole set; for every role but clients.
  void set_identities(std::vector<std::string> names);
  void set_pairs(std::vector<Pair> pairs);  ///< for role benchmark

  /// A file that belongs to the dataset beside its shards, such as a table of templates.
  /// @param name  within the dataset, in a folder or not
  /// @throws DataError if it cannot be written
  void add_file(const std::filesystem::path& name, std::string_view content);
  /// @param pieces  of the content
  void add_file(const std::filesystem::path& name, const LongList& pieces);

  /// Completes the last shard, writes dataset.json, syncs and renames.
  /// @throws DataError if something is missing or makes no sense, or for example on a full disk
  void finish();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace fedfr::data
