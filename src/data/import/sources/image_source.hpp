#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fedfr/data/import/importer.hpp"
#include "image_sorter.hpp"
#include "source_notes.hpp"
#include "window.hpp"

/// A source of labelled images: what the import knows of a format. A source is looked through once, without
/// opening an image; then images are read in the order of the collection, since the people of a file may be
/// shuffled. Nothing that is known of an image stays in memory: there may be a hundred million.
namespace fedfr::data {

class ImageSource {
 public:
  virtual ~ImageSource() = default;

  /// Looks through all of it; called once, before anything else.
  /// @returns names of people, in the order of the collection
  /// @throws DataError naming the file, the place in it and the record if it is not what it should be
  virtual std::vector<std::string> index(SourceNotes& notes) = 0;
  virtual std::int64_t images() const = 0;  ///< that were found

  /// Sets `image` to the next one: by identity, and of each in the order of the collection.
  /// @returns whether there was one
  virtual bool next(IndexedImage& image, SourceNotes& notes) = 0;

  // The rest may be called by several threads at once.

  /// The bytes of the image, as its file holds them.
  /// @param window  of the thread, which holds them until its next use
  /// @throws DataError naming the file
  virtual std::span<const std::byte> read(const IndexedImage& image, Window& window) const = 0;
  /// The name to be kept: of the file, below the folder of its person.
  virtual std::string image_name(const IndexedImage& image) const = 0;
  /// For messages: the path, or the file and the record in it.
  virtual std::string where(const IndexedImage& image) const = 0;
  /// Of a source that is a benchmark; images by their places. Else none.
  virtual std::vector<Pair> pairs() const { return {}; }
};

// The sources; for what they are given see ImportOptions. `scratch` is a folder for temporary files.
class TarFile;
using SourcePaths = std::vector<std::filesystem::path>;
std::unique_ptr<ImageSource> folder_source(const SourcePaths& folders, const std::filesystem::path& scratch,
                                           int identity_level);
std::unique_ptr<ImageSource> list_source(const SourcePaths& lists, const std::filesystem::path& scratch,
                                         const std::optional<std::filesystem::path>& root);
std::unique_ptr<ImageSource> pair_source(const std::filesystem::path& file,
                                         const std::filesystem::path& scratch);
std::unique_ptr<ImageSource> parquet_source(const SourcePaths& files, const std::filesystem::path& scratch,
                                            const ImportOptions& options);
std::unique_ptr<ImageSource> record_source(const SourcePaths& files, const std::filesystem::path& scratch);
std::unique_ptr<ImageSource> tar_source(std::vector<TarFile> files, const std::filesystem::path& scratch,
                                        int identity_level);
std::unique_ptr<ImageSource> web_dataset_source(std::vector<TarFile> files,
                                                const std::filesystem::path& scratch,
                                                const std::string& label_field);

/// Whether some of the first members are labels (.cls, .json).
bool is_web_dataset(const TarFile& file);

}  // namespace fedfr::data
