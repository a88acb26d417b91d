#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "fedfr/core/text_sorter.hpp"
#include "fedfr/data/import/importer.hpp"

namespace fedfr::data {

/// Notes a hash of each image and tells whose images are the same.
class SharedImageFinder {
 public:
  /// @param scratch  folder for temporary files
  explicit SharedImageFinder(const std::filesystem::path& scratch) : scratch_(scratch), seen_(scratch) {}

  /// @param identity  number of the person
  /// @param stored    the image's bytes
  void note(std::int32_t identity, std::span<const std::uint8_t> stored);

  /// Calls `take` with each person and the first one who has the same image, by their numbers; whoever shares
  /// with several is in it several times.
  /// @param names  of the identities, by number
  void find(std::span<const std::string> names, const std::function<void(const SharedImages&)>& take);

 private:
  std::filesystem::path scratch_;
  TextSorter seen_;  // hash, identity
};

}  // namespace fedfr::data
