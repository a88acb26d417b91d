#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

struct ImportOptions {
  Encoding encoding = Encoding::raw;  ///< jpeg keeps the bytes of the files, but for images that are resized
  std::optional<ImageSize> resize = std::nullopt;  ///< nothing: all images must have the size of the first
  bool skip_bad = false;                           ///< leave out what cannot be used instead of giving up
  std::int64_t min_images = 1;                     ///< identities with fewer good images are left out
  std::int64_t max_images = std::numeric_limits<std::int64_t>::max();  ///< the first by name of each identity
  int threads = 1;  ///< that decode; the result is the same
};

/// A file or folder that was passed over, and why.
struct LeftOut {
  std::string why;
  std::string path;
};

/// Two people of whom some images are the same, byte for byte: one person under two names, or a picture in
/// the wrong folder.
struct SharedImages {
  std::string first, second;  ///< names of identities
  std::int64_t images = 0;
};

struct ImportReport {
  std::int64_t identities = 0;
  std::int64_t images = 0;
  std::int64_t small_identities = 0;  ///< left out for having fewer than min_images
  std::vector<std::string> bad;       ///< skipped images and folders, each with the reason
  std::vector<LeftOut> left_out;      ///< all else that was not taken
  std::vector<SharedImages> shared;   ///< taken all the same; by name
};

/// Makes a collection of `source`/IDENTITY/IMAGE.{jpg,jpeg,png,...}, identities and images in the order of
/// their names; other files, and folders that are hidden or of a system, are passed over and reported. Names
/// that are not UTF-8 and folders that cannot be read are bad, and found before any image is opened. Memory
/// holds a few hundred images, or those of the largest identity, and 16 bytes of each of the others.
/// @throws UsageError for impossible options
/// @throws DataError if `output` exists, there are no images, or (without skip_bad) images cannot be used: it
///         names the first of them and counts all; nothing is left behind
ImportReport import_folder(const std::filesystem::path& source, const std::filesystem::path& output,
                           const ImportOptions& options);

}  // namespace fedfr::data
