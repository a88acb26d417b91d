#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/eval/embedding_view.hpp"
#include "fedfr/eval/roc.hpp"

namespace fedfr::eval {

struct FoldScores {
  int fold = 0;
  std::int64_t pairs = 0;
  double threshold = 0;  ///< squared distance; pairs below it count as the same person
  double accuracy = 0;
};

/// Thresholds on the squared distance of unit vectors, which lies in [0, 4]: 0, 0.01 .. 3.99.
inline constexpr int kVerificationThresholds = 400;
constexpr double verification_threshold(int index) { return 0.01 * index; }

struct PairScore {
  double squared_distance = 0;
  float similarity = 0;
};

/// @param embeddings  [images, dimension]
/// @throws DataError if a pair names no image
std::vector<PairScore> score_pairs(const EmbeddingView& embeddings, std::span<const data::Pair> pairs);

/// 1:1 verification on a benchmark's pairs.
struct VerificationScores {
  std::int64_t genuine_pairs = 0;
  std::int64_t impostor_pairs = 0;
  double accuracy = 0;            ///< mean over the folds
  bool one_fold = false;          ///< the threshold was chosen on the pairs that it is measured on
  double accuracy_deviation = 0;  ///< population standard deviation over the folds, as papers print it
  /// Over people who are drawn, where they are known (verification_intervals.hpp); else Student's t over the
  /// folds.
  Interval accuracy_interval;
  std::vector<FoldScores> folds;
  std::vector<OperatingPoint> tar_at_far;  ///< over all pairs, by cosine similarity
  std::vector<OperatingPoint> roc;         ///< from the smallest resolvable FAR to the largest below 1
  std::vector<std::uint8_t> correct;       ///< [pairs] 1 where the fold's threshold decides rightly
};

/// Cross-validated accuracy by the protocol of LFW (Huang et al., UMass TR 07-49, 2007, restricted use): for
/// each fold, the first of the thresholds 0, 0.01 .. 3.99 on the squared distance that is best on all other
/// folds. A single fold has no others: its own best is taken, which flatters, and the scores say so.
/// @param embeddings  [images, dimension] of unit length, usually from unit_sum
/// @param pairs       indices into the images
/// @param fars        each in (0, 1)
/// @throws DataError if an embedding is not of unit length, a pair names no image, or there are no pairs
VerificationScores verify_pairs(const EmbeddingView& embeddings, std::span<const data::Pair> pairs,
                                std::span<const double> fars);

/// Accuracy of `after` minus `before` on the same pairs.
struct PairedDifference {
  double difference = 0;
  Interval interval;             ///< normal approximation with the standard error of the paired difference
  std::int64_t only_before = 0;  ///< pairs that only `before` decides rightly
  std::int64_t only_after = 0;
};

/// McNemar's comparison (Psychometrika 1947): pairs that both models decide alike carry no information on the
/// difference, so it is far more certain than the two accuracies.
/// @throws UsageError if the two did not see the same number of pairs
PairedDifference compare_verification(const VerificationScores& before, const VerificationScores& after);

}  // namespace fedfr::eval
