#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "image_source.hpp"

namespace fedfr::data {

struct Recognised {
  SourceFormat format;
  SourcePaths paths;  ///< of the files that hold the images, or of the folders
};

/// Looks at the first bytes of files, and into folders: one may hold people, or record files and the like.
/// @param format  forced; then only that is looked for
/// @throws UsageError naming a path that is of no format, with what it seems to be, or paths of different
/// formats
/// @throws DataError if a path cannot be looked at
Recognised recognise(std::span<const std::filesystem::path> paths, std::optional<SourceFormat> format);

/// @param source  whose format becomes that of a WebDataset where a tar file is one
/// @param output  beside which temporary files may be made
/// @throws UsageError for options that mean nothing for such a source
std::unique_ptr<ImageSource> open_source(Recognised& source, const std::filesystem::path& output,
                                         const ImportOptions& options);

/// For messages: how images are expected to lie in a source of this format.
std::string what_is_expected(SourceFormat format);

}  // namespace fedfr::data
