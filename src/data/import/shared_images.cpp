// By hashes of 64 bits, since among millions of images some have equal checksums of 32 bits by chance; two of
// these are equal by chance once in a million such sets.
#include "shared_images.hpp"

#include <algorithm>
#include <map>

#include "fedfr/core/checksum.hpp"

namespace fedfr::data {

void SharedImageFinder::note(std::int32_t identity, std::span<const std::uint8_t> stored) {
  seen_.emplace_back(hash64(std::as_bytes(stored)), identity);
}

std::vector<SharedImages> SharedImageFinder::find(std::span<const std::string> names) {
  std::ranges::sort(seen_);
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> counts;
  for (std::size_t first = 0, i = 0; i < seen_.size(); ++i) {
    if (seen_[i].first != seen_[first].first) first = i;
    if (seen_[i].second != seen_[first].second) ++counts[{seen_[first].second, seen_[i].second}];
  }
  std::vector<SharedImages> shared;
  for (const auto& [pair, images] : counts)
    shared.push_back(
        {names[static_cast<std::size_t>(pair.first)], names[static_cast<std::size_t>(pair.second)], images});
  return shared;
}

}  // namespace fedfr::data
