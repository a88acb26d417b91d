#pragma once
#include <filesystem>
#include <memory>
#include <string>

namespace fedfr::data {

/// Images by their names, in a folder or a tar file. Several threads may read at once.
class ImagesByName {
 public:
  virtual ~ImagesByName() = default;
  /// @throws DataError naming the image if there is none
  virtual std::string read(const std::string& name) const = 0;
};

/// @param source   a folder, or a tar file, whose images may lie in any folder within
/// @param scratch  for what a compressed tar file holds
std::unique_ptr<ImagesByName> open_images_by_name(const std::filesystem::path& source,
                                                  const std::filesystem::path& scratch);

}  // namespace fedfr::data
