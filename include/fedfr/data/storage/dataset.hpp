#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/ids.hpp"
#include "fedfr/data/codec/image.hpp"

/// A dataset directory: `dataset.json` beside HDF5 shards. One shard holds many clients; a client lies in one
/// shard. Roles: `collection` (imported or made, not yet split), `clients`, `public`, `benchmark` (images and
/// pairs). In a collection, a public set or a benchmark a "client" is only a block of images, and labels
/// number the identities of the whole set; in a set of clients, labels number the identities of the client.
namespace fedfr::data {

enum class Role { collection, clients, public_set, benchmark };
enum class Subset : std::uint8_t { train = 0, test = 1 };
enum class Encoding { raw, jpeg };

std::string_view name(Role role);          ///< as in dataset.json
std::string_view name(Encoding encoding);  ///< "raw" or "jpeg"

inline constexpr int most_folds = 1 << 12;  ///< of a benchmark

/// One pair of a verification benchmark; indices count the images of the whole dataset.
struct Pair {
  std::int64_t first = 0;
  std::int64_t second = 0;
  bool genuine = false;
  int fold = 0;
};

class DatasetFiles;  // open shards, shared by the views

/// A read-only view of consecutive images: those of a client, or all of a dataset. Cheap to copy; keeps the
/// shards open.
class ImageSet {
 public:
  ImageSet() = default;
  /// Made by Dataset.
  /// @param begin, end  among all images of the dataset
  ImageSet(std::shared_ptr<const DatasetFiles> files, std::int64_t begin, std::int64_t end, int identities);

  std::int64_t size() const { return end_ - begin_; }  ///< N
  int identities() const { return identities_; }       ///< labels are in [0, identities)
  ImageSize image_size() const;
  Encoding encoding() const;
  const std::filesystem::path& folder() const;             ///< of the dataset
  std::span<const std::int32_t> labels() const;            ///< [N]
  std::span<const Subset> subsets() const;                 ///< [N]
  std::vector<std::int64_t> indices(Subset subset) const;  ///< ascending, into this view

  std::vector<std::uint32_t> checksums() const;  ///< [N] CRC32C of each image as it is stored

  /// Copies or decodes images, planar RGB, and compares the checksum of each.
  /// @param which  [n] indices into this view
  /// @param out    [n,3,H,W] uint8
  /// @throws DataError naming the shard and client if an image is damaged, cannot be read or decoded
  void read(std::span<const std::int64_t> which, std::span<std::uint8_t> out) const;

  /// One image as it is stored, to copy it without loss: compressed bytes in a jpeg dataset, else [3,H,W]
  /// pixels.
  std::vector<std::uint8_t> read_stored(std::int64_t which) const;

  /// File name (without folder) that an image was imported from, for example "Aaron_Eckhart_0001.jpg"; empty
  /// if none.
  std::string source_name(std::int64_t which) const;

 private:
  std::shared_ptr<const DatasetFiles> files_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  int identities_ = 0;
};

/// An opened dataset directory. Opening reads `dataset.json` and looks for the shards; the index of a shard
/// is read when something in it is first asked for, and the number of open files is bounded. Cheap to copy;
/// safe to use from several threads.
class Dataset {
 public:
  /// @throws DataError naming the file, for a missing folder, another format version, a missing or truncated
  ///         shard. What is damaged inside a shard is found, likewise, by the first call that needs it
  explicit Dataset(const std::filesystem::path& folder);

  const std::filesystem::path& path() const;
  Role role() const;
  ImageSize image_size() const;
  Encoding encoding() const;
  std::int64_t clients() const;     ///< C
  std::int64_t images() const;      ///< of all clients
  std::int64_t identities() const;  ///< of all clients together
  std::int64_t shards() const;
  std::int64_t bytes() const;  ///< of all its files on disk
  /// @throws DataError for a client that there is not
  std::string client_name(ClientId client) const;
  /// The images of a client (block).
  ImageSet client(ClientId client) const;
  ImageSet all() const;  ///< labels as stored: global ones except in a set of clients
  /// By label; for other roles than clients use any id.
  std::vector<std::string> identity_names(ClientId client) const;
  std::vector<Pair> pairs() const;  ///< empty unless the role is benchmark
  std::string fingerprint() const;  ///< 16 hex digits over dataset.json: which data a run used

 private:
  std::shared_ptr<const DatasetFiles> files_;
};

/// One place of a dataset that is damaged, or that the system did not let be read.
struct Damage {
  std::filesystem::path file;
  std::string what;         ///< names the file, and for an image its block and client
  bool unreadable = false;  ///< what it holds is not known
};

/// Reads all of a dataset and compares every checksum.
/// @returns empty when all hold
/// @throws DataError if dataset.json itself is missing or damaged
std::vector<Damage> verify_checksums(const std::filesystem::path& folder);

}  // namespace fedfr::data
