#pragma once
#include <filesystem>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::bench {

/// A folder that goes with its owner.
class TemporaryFolder {
 public:
  /// @param within  where; empty: the system's folder for temporary files
  /// @throws DataError if it cannot be made
  explicit TemporaryFolder(const std::filesystem::path& within);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Datasets whose pixels are noise: speed does not depend on what is in a picture, but for JPEG, where noise
/// is the worst case.
struct FaceCounts {
  int clients = 1;
  int identities = 8;  ///< of each client, or of the public set
  int images = 8;      ///< of each identity
};
void write_random_faces(const std::filesystem::path& path, data::Role role, data::ImageSize size,
                        const FaceCounts& counts, data::Encoding encoding = data::Encoding::raw);

}  // namespace fedfr::bench
