#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/data/codec/alignment.hpp"
#include "fedfr/data/import/importer.hpp"

/// A source of labelled images: what the import knows of a format. A source is looked through once, without
/// opening an image; then images are read in any order, since the people of a file may be shuffled and a
/// collection has them one after the other.
namespace fedfr::data {

/// One image, found but not read: 16 bytes, of which there may be a hundred million.
struct IndexedImage {
  std::uint64_t place = 0;     ///< means something to the source alone
  std::uint32_t identity = 0;  ///< in SourceIndex::identities
  std::uint32_t file = 0;      ///< of several files
};

struct SourceIndex {
  std::vector<std::string> identities{};  ///< names, in the order of the collection
  std::vector<IndexedImage> images{};     ///< by identity, and of each in the order of the collection
  std::vector<LeftOut> left_out{};
  std::vector<std::string> bad{};      ///< what cannot be looked at or named, each with the reason
  std::vector<std::string> remarks{};  ///< what the user should know of the source
};

class ImageSource {
 public:
  virtual ~ImageSource() = default;

  /// Looks through all of it; called once, before anything else.
  /// @throws DataError naming the file, the place in it and the record if it is not what it should be
  virtual SourceIndex index() = 0;

  // The rest may be called by several threads at once.

  /// The bytes of the image, as its file holds them.
  /// @throws DataError naming the file
  virtual std::string read(const IndexedImage& image) const = 0;
  /// The name to be kept: of the file, below the folder of its person.
  virtual std::string image_name(const IndexedImage& image) const = 0;
  /// For messages: the path, or the file and the record in it.
  virtual std::string where(const IndexedImage& image) const = 0;
  /// Of a source that is a benchmark; images by their places. Else none.
  virtual std::vector<Pair> pairs() const { return {}; }
  /// Where the source itself has them.
  virtual std::optional<Landmarks> landmarks(const IndexedImage& /*image*/) const { return std::nullopt; }
};

// The sources; for what they are given see ImportOptions.
class TarFile;
using SourcePaths = std::vector<std::filesystem::path>;
std::unique_ptr<ImageSource> folder_source(const SourcePaths& folders, int identity_level);
std::unique_ptr<ImageSource> list_source(const SourcePaths& lists,
                                         const std::optional<std::filesystem::path>& root);
std::unique_ptr<ImageSource> pair_source(const std::filesystem::path& file);
/// @param scratch  folder for a temporary file
std::unique_ptr<ImageSource> parquet_source(const SourcePaths& files, const std::filesystem::path& scratch,
                                            const ImportOptions& options);
std::unique_ptr<ImageSource> record_source(const SourcePaths& files);
std::unique_ptr<ImageSource> tar_source(std::vector<TarFile> files, int identity_level);
std::unique_ptr<ImageSource> web_dataset_source(std::vector<TarFile> files, const std::string& label_field);

/// Whether some of the first members are labels (.cls, .json).
bool is_web_dataset(const TarFile& file);

}  // namespace fedfr::data
