#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "fedfr/data/import/importer.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "shared_images.hpp"
#include "sources/image_sorter.hpp"
#include "sources/source_notes.hpp"

namespace fedfr::data {

/// What is to be stored of one image, or why it cannot be used.
struct Candidate {
  IndexedImage found{};
  std::string name{};  // to be kept
  ImageSize size{};
  std::vector<std::uint8_t> stored{};
  std::string trouble{};
};

/// Writes a collection or benchmark from images that come person by person; after the first bad image it only
/// counts, unless those are to be skipped. Of a person nothing is written before there are as many good
/// images as asked for.
class CollectionSink {
 public:
  struct Source {
    std::string name;  ///< what people without enough images are said to belong to
    SourceFormat format{};
    std::span<std::string> identities;                      ///< names, which are taken in the end
    std::function<std::string(const IndexedImage&)> where;  ///< for messages
  };

  CollectionSink(Source source, std::filesystem::path output, const ImportOptions& options);

  /// What is bad already; to be called before the first image.
  /// @throws DataError if it is not to be skipped
  void take_bad(SourceNotes& notes);

  /// @param image  of an identity that is not before that of the last one
  void take(Candidate image);

  /// @param notes  with all that the source has left out
  /// @param pairs  of a benchmark, images by their places; those of images that were not taken are left out
  /// @throws DataError if something was bad and is not to be skipped, or nothing is left
  ImportReport finish(SourceNotes& notes, std::vector<Pair> pairs);

 private:
  bool is_refused() const { return !options_.skip_bad && !report_.bad.empty(); }
  void note_bad(const std::string& text);
  bool note_if_bad(const Candidate& image);
  void begin();
  void end_identity();
  void set_pairs(std::vector<Pair> pairs);
  void write(Candidate& image);
  void write_list(SourceNotes& notes, const std::vector<std::string>& names);
  std::string refusal() const;

  Source source_;
  std::filesystem::path output_;
  Role role_;
  ImportOptions options_;
  ImportReport report_;
  std::vector<std::string> first_bad_;
  LongList small_;  // people with too few images

  std::optional<DatasetWriter> writer_;
  std::vector<std::uint32_t> written_;  // identities of the source, by label
  SharedImageFinder shared_;
  std::unordered_map<std::uint64_t, std::int64_t> numbers_;  // of a benchmark's images, by place
  ImageSize size_;                                           // of the first good image
  std::string size_from_;

  std::uint32_t identity_ = 0;      // that is being taken
  std::vector<Candidate> waiting_;  // good images of it, until there are enough
  bool is_written_ = false;         // there were
};

}  // namespace fedfr::data
