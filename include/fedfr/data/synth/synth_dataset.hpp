#pragma once
#include <cstdint>
#include <filesystem>

#include "fedfr/data/storage/dataset.hpp"

namespace fedfr::data::synth {

struct DatasetOptions {
  std::int64_t identities = 100;
  std::int64_t min_images = 20;  ///< of each identity; the number is uniform between the two
  std::int64_t max_images = 20;
  ImageSize size{56, 56};
  float nuisance = 1;  ///< in [0, 1.5]: how much the pictures of a person differ, see draw_view
  std::uint64_t seed = 1;
  int threads = 1;  ///< does not change the images
};

/// Writes a collection of procedural faces; identities are called synth_00000 and so on. The pixels depend on
/// the seed, the size, the nuisance and the numbers of identity and image only: more identities or images
/// leave the others as they were.
/// @throws UsageError for impossible options, DataError if the folder exists or cannot be written
void write_collection(const std::filesystem::path& folder, const DatasetOptions& options);

}  // namespace fedfr::data::synth
