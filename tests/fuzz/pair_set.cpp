// InsightFace's verification sets (.bin).
#include "data/import/sources/pairs/pair_set.hpp"

#include "fedfr/core/error.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fuzz::BoundedMemory bounded(size, 256);
    const data::PairSet set(std::as_bytes(std::span(data, size)));
    fuzz::require(set.images() == 2 * std::ssize(set.same()), "a pair has two images");
    for (std::int64_t i = 0; i < set.images(); ++i) {
      const auto bytes = set.bytes_of(i);
      if (!set.is_pixels(i)) continue;
      const auto image = set.pixels_of(i);
      fuzz::require(image.size.bytes() == std::ssize(bytes), "pixels are as many as their size says");
    }
  } catch (const Error&) {
  }
  return 0;
}
