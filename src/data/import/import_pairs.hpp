#pragma once
#include <filesystem>

#include "fedfr/data/import/importer.hpp"

namespace fedfr::data {

/// Makes a benchmark of one of InsightFace's verification sets (.bin). Equal images are kept once; people, whom such a
/// set does not name, are what genuine pairs connect, and have numbers for names. Folds are ten, as InsightFace's
/// evaluation makes them.
/// @throws DataError naming the file: what it cannot be, images that cannot be read (with skip_bad their pairs are left
///         out)
ImportReport import_pair_set(const std::filesystem::path& file, const std::filesystem::path& output,
                             const ImportOptions& options);

}  // namespace fedfr::data
