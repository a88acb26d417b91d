#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "fedfr/data/import/importer.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"
#include "shared_images.hpp"

namespace fedfr::data {

/// What is to be stored of one image, or why it cannot be used.
struct Candidate {
  std::string name;         // to be kept
  std::string where;        // for messages
  std::uint64_t place = 0;  // as in IndexedImage
  ImageSize size{};
  std::vector<std::uint8_t> stored{};
  std::string trouble{};
};

/// Writes a collection or benchmark from images that come person by person; after the first bad image it only
/// counts, unless those are to be skipped. Of a person nothing is written before there are as many good
/// images as asked for.
class CollectionSink {
 public:
  /// @param source  what people without enough images are said to belong to
  /// @param identities  must outlive this
  /// @param report  with what is bad and left out so far
  /// @throws DataError if there is something bad already, and it is not to be skipped
  CollectionSink(std::string source, std::filesystem::path output, Role role, const ImportOptions& options,
                 const std::vector<std::string>& identities, ImportReport report);

  void expect(std::int64_t images) { shared_.expect(images); }

  /// @param identity  ascending
  void take(std::uint32_t identity, Candidate image);

  /// @throws DataError if something was bad and is not to be skipped, or nothing is left
  /// @param pairs  of a benchmark, images by their places; those of images that were not taken are left out
  ImportReport finish(std::vector<Pair> pairs);

 private:
  bool note_if_bad(const Candidate& image);
  void begin(std::uint32_t identity);
  void end_identity();
  void set_pairs(std::vector<Pair> pairs);
  void write(Candidate& image);
  std::string refusal() const;

  std::string source_;
  std::filesystem::path output_;
  Role role_;
  ImportOptions options_;
  const std::vector<std::string>& identities_;  // of the source
  ImportReport report_;

  std::optional<DatasetWriter> writer_;
  std::vector<std::string> names_;  // of those written
  SharedImageFinder shared_;
  std::unordered_map<std::uint64_t, std::int64_t> numbers_;  // of a benchmark's images, by place
  ImageSize size_;                                           // of the first good image
  std::string size_from_;

  std::size_t identity_ = 0;        // that is being taken
  std::vector<Candidate> waiting_;  // good images of it, until there are enough
  bool is_written_ = false;         // there were
};

}  // namespace fedfr::data
