// Lists of pairs of paths.
#include "fedfr/core/error.hpp"
#include "fedfr/data/split/pairs_paths.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fuzz::BoundedMemory bounded(size, 128);
    const auto protocol = data::parse_path_pairs(fuzz::text_of(data, size), "pairs.csv");
    fuzz::require(protocol.folds >= 1 && protocol.folds <= data::most_folds, "there are folds");
    fuzz::require(!protocol.pairs.empty(), "there are pairs");
    for (const auto& pair : protocol.pairs) {
      fuzz::require(pair.fold >= 0 && pair.fold < protocol.folds, "a pair is in a fold");
      fuzz::require(!pair.first.empty() && pair.first != pair.second, "a pair is of two images");
    }
  } catch (const Error&) {
  }
  return 0;
}
