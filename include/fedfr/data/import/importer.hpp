#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/long_list.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// What images can be imported from; see README for each.
enum class SourceFormat { folder, list, pair_set, parquet, record_io, tar, web_dataset };

std::string_view name(SourceFormat format);  ///< as --format has it
std::span<const SourceFormat> all_source_formats();
std::string parquet_support();  ///< for the user: by which version of Arrow, or why there is none

struct ImportOptions {
  std::optional<SourceFormat> format = std::nullopt;  ///< nothing: told by what the source is
  int identity_level = 0;  ///< a person is the N-th folder from the root, 0: the folder of the image
  std::optional<std::filesystem::path> root =
      std::nullopt;           ///< of the paths of a list; nothing: the list's folder
  std::string label_field{};  ///< of a WebDataset's JSON, or column of Parquet; empty: one of the usual names
  std::string image_field{};  ///< column of Parquet; empty: one of the usual names, or the only one
  std::optional<std::filesystem::path> landmarks =
      std::nullopt;                   ///< file with five points an image, to align it by
  Encoding encoding = Encoding::raw;  ///< jpeg keeps the bytes of the files, but for images that are changed
  std::optional<ImageSize> resize = std::nullopt;  ///< nothing: all images must have the size of the first
  bool decode = true;     ///< false: images whose bytes are kept are not decoded, only their headers are read
  bool skip_bad = false;  ///< leave out what cannot be used instead of giving up
  std::int64_t min_images = 1;  ///< identities with fewer good images are left out
  std::int64_t max_images = std::numeric_limits<std::int64_t>::max();  ///< the first by name of each identity
  int threads = 1;  ///< that decode; the result is the same
};

/// Of many things the first few, and how many there are.
template <class T>
struct Examples {
  std::int64_t count = 0;
  std::vector<T> first{};

  void add(const T& one) {
    constexpr std::size_t most = 3;
    if (first.size() < most) first.push_back(one);
    ++count;
  }
};

/// The file of a new dataset that names all that was not taken or is remarkable, a line each: why, a tab, the
/// path or the names. There is none where there is nothing to be named.
inline constexpr const char* left_out_name = "left-out.txt";

/// Two people of whom some images are the same, byte for byte: one person under two names, or a picture in
/// the wrong folder.
struct SharedImages {
  std::string first, second;  ///< names of identities
  std::int64_t images = 0;
};

struct ImportReport {
  SourceFormat format = SourceFormat::folder;  ///< that was recognised
  std::int64_t identities = 0;
  std::int64_t images = 0;
  std::int64_t genuine_pairs = 0, impostor_pairs = 0;  ///< of a pair_set, which becomes a benchmark
  std::int64_t small_identities = 0;                   ///< left out for having fewer than min_images
  LongList bad{};                                      ///< skipped images and folders, each with the reason
  std::map<std::string, Examples<std::string>> left_out{};  ///< all else that was not taken: paths by reason
  Examples<SharedImages> shared{};                          ///< taken all the same
  std::vector<std::string> remarks{};                       ///< on the source
};

/// Makes a collection, or of a pair_set a benchmark, of the labelled images of `sources`, which are all of
/// one format, identities and images in the order of their names (by number where the source names people by
/// numbers); all that is not an image of a person is passed over and reported. Names that are not UTF-8 and
/// folders that cannot be read are bad, and found before any image is opened. Memory holds some hundred
/// images and the names of people; what is known of the other images lies in nameless files beside `output`.
/// A pair_set is held as a whole. Images with landmarks are aligned to 112x112 pixels.
/// @throws UsageError for impossible options, and sources that are no format, naming what they are
/// @throws DataError if `output` exists, there are no images, or (without skip_bad) images cannot be used: it
///         names the first of them and counts all; nothing is left behind
ImportReport import_images(std::span<const std::filesystem::path> sources,
                           const std::filesystem::path& output, const ImportOptions& options);

}  // namespace fedfr::data
