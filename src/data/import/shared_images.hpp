#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fedfr/data/import/importer.hpp"

namespace fedfr::data {

/// Notes a hash of each image, 16 bytes in memory, and tells whose images are the same.
class SharedImageFinder {
 public:
  void expect(std::int64_t images) { seen_.reserve(static_cast<std::size_t>(images)); }

  /// @param identity  number of the person
  /// @param stored    the image's bytes
  void note(std::int32_t identity, std::span<const std::uint8_t> stored);

  /// Each person with the first one who has the same image; whoever shares with several is in it several
  /// times.
  /// @param names  of the identities, by number
  std::vector<SharedImages> find(std::span<const std::string> names);

 private:
  std::vector<std::pair<std::uint64_t, std::int32_t>> seen_;  // hash, identity
};

}  // namespace fedfr::data
