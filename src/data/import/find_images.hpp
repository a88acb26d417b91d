#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/data/import/importer.hpp"

namespace fedfr::data {

struct FoundIdentity {
  std::string name;
  std::vector<std::filesystem::path> files;  ///< by name
};

struct FoundImages {
  std::vector<FoundIdentity> identities;  ///< by name
  std::vector<LeftOut> left_out;          ///< what is no image of a person
  std::vector<std::string> bad;           ///< what cannot be looked at or named, each with the reason
};

/// Looks through `source`/IDENTITY/IMAGE without opening an image.
/// @throws DataError if `source` itself cannot be listed
FoundImages find_images(const std::filesystem::path& source, std::int64_t most_images);

}  // namespace fedfr::data
