#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace fedfr::data {

/// One drawn pair: identities and positions among the images of each.
struct DrawnPair {
  std::int64_t first_identity = 0, first_image = 0;
  std::int64_t second_identity = 0, second_image = 0;
  int fold = 0;
  bool genuine() const { return first_identity == second_identity; }
};

/// Verification pairs of a held-out set: every identity lies in one fold only, no pair occurs twice, genuine
/// pairs are spread as evenly over the identities of a fold as their numbers of images allow, impostor pairs
/// are uniform over the pairs of images. Deterministic in the arguments.
/// @param image_counts  [I] images of each identity
/// @param genuine       in all folds together; the first folds get what does not divide
/// @param impostor      likewise
/// @throws UsageError if there are not enough pairs, saying how many are possible
std::vector<DrawnPair> draw_pairs(std::span<const std::int64_t> image_counts, std::int64_t genuine,
                                  std::int64_t impostor, int folds, std::uint64_t seed);

}  // namespace fedfr::data
