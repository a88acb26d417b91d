#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"

/// Datasets as other programs want them.
namespace fedfr::data {

enum class ExportFormat {
  folder,    ///< IDENTITY/IMAGE.jpg or .png; of a set of clients CLIENT/IDENTITY/IMAGE
  record_io  ///< MXNet's RecordIO as InsightFace has it: train.rec, train.idx, train.lst, property
};

struct ExportOptions {
  std::optional<int> quality =
      std::nullopt;  ///< of JPEG, for images that are kept as pixels; nothing: PNG, without loss
};

struct ExportReport {
  std::int64_t images = 0;
  std::int64_t identities = 0;
  std::int64_t pairs = 0;
  std::vector<std::string> remarks{};
};

/// Writes all images of a dataset into a new folder, which appears when it is complete. Images that are kept
/// as files leave as they are.
/// @throws DataError if the folder exists, a name cannot be that of a file, or the disk is full
ExportReport export_images(const Dataset& dataset, const std::filesystem::path& output, ExportFormat format,
                           const ExportOptions& options);

/// Writes a benchmark as InsightFace's verification sets are: one file (.bin), a pickle (protocol 3) of a
/// list of image files, two a pair, and a list of flags. Pairs are in the order of their folds.
/// @throws DataError if the dataset has no pairs, or the file cannot be written
ExportReport export_pairs(const Dataset& benchmark, const std::filesystem::path& output,
                          const ExportOptions& options);

}  // namespace fedfr::data
