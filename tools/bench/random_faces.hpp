#pragma once
#include <filesystem>

#include "fedfr/core/temporary_folder.hpp"
#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::bench {

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
