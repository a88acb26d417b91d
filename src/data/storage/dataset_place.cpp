#include "fedfr/data/storage/dataset_place.hpp"

#include <system_error>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "manifest.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

fs::path dataset_around(const fs::path& path) {
  std::error_code ignored;
  for (const auto& place : place_and_around(path))
    if (fs::exists(place / manifest_name, ignored)) return place;
  return {};
}

void refuse_part_of_dataset(const fs::path& output) {
  std::error_code ignored;
  if (!fs::exists(output, ignored)) return;
  if (const auto dataset = dataset_around(output); !dataset.empty())
    throw UsageError("{} is a part of the dataset {}, and would be overwritten: name another file",
                     output.string(), dataset.string());
}

}  // namespace fedfr::data
