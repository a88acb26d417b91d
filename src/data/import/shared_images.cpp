// By hashes of 64 bits, since among millions of images some have equal checksums of 32 bits by chance; two of
// these are equal by chance once in a million such sets.
#include "shared_images.hpp"

#include <string_view>

#include "fedfr/core/checksum.hpp"

namespace fedfr::data {

void SharedImageFinder::note(std::int32_t identity, std::span<const std::uint8_t> stored) {
  seen_.add(ordered_bytes(hash64(std::as_bytes(stored))) +
            ordered_bytes(static_cast<std::uint32_t>(identity)));
}

void SharedImageFinder::find(std::span<const std::string> names,
                             const std::function<void(const SharedImages&)>& take) {
  constexpr std::size_t hash_bytes = sizeof(std::uint64_t);
  TextSorter pairs(scratch_);  // a pair of identities for each image that they share
  std::string first;
  for (std::string_view image; seen_.next(image);) {
    if (image.substr(0, hash_bytes) != std::string_view(first).substr(0, hash_bytes)) first = image;
    if (image != first) pairs.add(first.substr(hash_bytes) + std::string(image.substr(hash_bytes)));
  }
  std::string before;
  SharedImages shared;
  for (std::string_view pair; pairs.next(pair); ++shared.images) {
    if (pair == before) continue;
    if (shared.images > 0) take(shared);
    before = pair;
    const auto second = number_of_ordered<std::uint32_t>(pair.substr(sizeof(std::uint32_t)));
    shared = {names[number_of_ordered<std::uint32_t>(pair)], names[second]};
  }
  if (shared.images > 0) take(shared);
}

}  // namespace fedfr::data
