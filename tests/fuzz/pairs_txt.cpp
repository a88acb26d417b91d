// LFW's pairs.txt.
#include "fedfr/core/error.hpp"
#include "fedfr/data/split/pairs_lfw.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fuzz::BoundedMemory bounded(size, 64);
    const auto protocol = data::parse_lfw_pairs(fuzz::text_of(data, size), "pairs.txt");
    fuzz::require(protocol.folds >= 1, "there is a fold");
    for (const auto& pair : protocol.pairs) {
      fuzz::require(pair.first_number >= 1 && pair.second_number >= 1, "images count from 1");
      fuzz::require(pair.fold >= 0 && pair.fold < protocol.folds, "a pair is in a fold");
    }
  } catch (const Error&) {
  }
  return 0;
}
