#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/data/export/export.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data {

/// The people of a dataset of any role, one after the other.
struct ExportedIdentity {
  std::string folder;                  ///< its name, behind that of its client where there are clients
  std::vector<std::int64_t> images{};  ///< in Dataset::all()
};
std::vector<ExportedIdentity> exported_identities(const Dataset& dataset);

/// An image as a file of its own: as it is stored, or PNG or JPEG of its pixels.
std::vector<std::uint8_t> file_of(const ImageSet& images, std::int64_t image, const ExportOptions& options);

/// The type of such a file by its first bytes: ".png" or ".jpg".
const char* type_of(const std::vector<std::uint8_t>& file);

}  // namespace fedfr::data
