#include "fedfr/eval/verification.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/eval/similarity.hpp"

// Verification by LFW's protocol: ten folds as a rule, the threshold for each chosen on the others. All
// thresholds are tried on all pairs once, fold by fold; the counts of the other folds are then the sum of all
// less the fold's own.
namespace fedfr::eval {

namespace {

constexpr int kThresholds = kVerificationThresholds;
constexpr int kCurvePointsPerDecade = 20;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

PairScore score(std::span<const float> a, std::span<const float> b) {
  double distance = 0;
  double product = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double gap = double{a[k]} - double{b[k]};
    distance += gap * gap;
    product += double{a[k]} * double{b[k]};
  }
  return {distance, static_cast<float>(product)};
}

bool decides_rightly(const PairScore& scored, bool genuine, double threshold) {
  return (scored.squared_distance < threshold) == genuine;
}

/// Rightly decided pairs of one fold (or of several) at every threshold.
struct Counts {
  std::array<std::int64_t, kThresholds> right{};
  std::int64_t pairs = 0;
};

std::map<int, Counts> count_by_fold(std::span<const PairScore> scored, std::span<const data::Pair> pairs) {
  std::map<int, Counts> folds;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto& counts = folds[pairs[i].fold];
    ++counts.pairs;
    for (int t = 0; t < kThresholds; ++t)
      counts.right[at(t)] += decides_rightly(scored[i], pairs[i].genuine, verification_threshold(t)) ? 1 : 0;
  }
  return folds;
}

std::vector<FoldScores> cross_validate(const std::map<int, Counts>& folds) {
  if (folds.empty()) throw DataError("the benchmark has no pairs: there is nothing to verify");
  std::array<std::int64_t, kThresholds> all{};
  for (const auto& [fold, counts] : folds)
    for (std::size_t t = 0; t < all.size(); ++t) all[t] += counts.right[t];
  std::vector<FoldScores> scores;
  for (const auto& [fold, counts] : folds) {
    auto training = all;
    if (folds.size() > 1)
      // All other folds: the sum over all without this one.
      for (std::size_t t = 0; t < all.size(); ++t) training[t] -= counts.right[t];
    // Of equal ones the first, as numpy.argmax in the usual programs for this protocol.
    const auto best = std::ranges::max_element(training) - training.begin();
    scores.push_back(
        {.fold = fold,
         .pairs = counts.pairs,
         .threshold = verification_threshold(static_cast<int>(best)),
         .accuracy = static_cast<double>(counts.right[at(best)]) / static_cast<double>(counts.pairs)});
  }
  return scores;
}

/// 97.5 % quantile of Student's t, from the usual table; beyond 30 degrees of freedom that of the normal
/// distribution.
double student_quantile(std::int64_t degrees_of_freedom) {
  constexpr std::array kQuantiles = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                     2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                     2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  constexpr double kNormal = 1.960;
  return degrees_of_freedom > std::ssize(kQuantiles) ? kNormal : kQuantiles[at(degrees_of_freedom - 1)];
}

void summarise_folds(VerificationScores& scores) {
  const auto n = static_cast<double>(scores.folds.size());
  scores.one_fold = scores.folds.size() == 1;
  for (const auto& fold : scores.folds) scores.accuracy += fold.accuracy / n;
  double squares = 0;
  for (const auto& fold : scores.folds)
    squares += (fold.accuracy - scores.accuracy) * (fold.accuracy - scores.accuracy);
  scores.accuracy_deviation = std::sqrt(squares / n);
  if (scores.one_fold) return;  // which says nothing about its spread
  const double half = student_quantile(std::ssize(scores.folds) - 1) * std::sqrt(squares / (n - 1) / n);
  scores.accuracy_interval = {std::max(0.0, scores.accuracy - half), std::min(1.0, scores.accuracy + half)};
}

void add_rates(VerificationScores& scores, std::span<const PairScore> scored,
               std::span<const data::Pair> pairs, std::span<const double> fars) {
  std::vector<float> genuine, impostor;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    (pairs[i].genuine ? genuine : impostor).push_back(scored[i].similarity);
  scores.genuine_pairs = std::ssize(genuine);
  scores.impostor_pairs = std::ssize(impostor);
  scores.tar_at_far = tar_at_far(genuine, impostor, fars);
  const auto rates = rates_of_curve(std::ssize(impostor), kCurvePointsPerDecade);
  if (!rates.empty()) scores.roc = tar_at_far(genuine, impostor, rates);
}

}  // namespace

std::vector<PairScore> score_pairs(const EmbeddingView& embeddings, std::span<const data::Pair> pairs) {
  std::vector<PairScore> scored;
  for (const auto& pair : pairs) {
    for (const auto image : {pair.first, pair.second})
      if (image < 0 || image >= embeddings.rows())
        throw DataError("a benchmark pair names image {}, but there are {} images", image, embeddings.rows());
    scored.push_back(score(embeddings.row(pair.first), embeddings.row(pair.second)));
  }
  return scored;
}

VerificationScores verify_pairs(const EmbeddingView& embeddings, std::span<const data::Pair> pairs,
                                std::span<const double> fars) {
  require_unit_rows(embeddings, "benchmark images");
  const auto scored = score_pairs(embeddings, pairs);
  VerificationScores scores;
  scores.folds = cross_validate(count_by_fold(scored, pairs));
  summarise_folds(scores);
  add_rates(scores, scored, pairs, fars);
  std::map<int, double> threshold_of_fold;
  for (const auto& fold : scores.folds) threshold_of_fold[fold.fold] = fold.threshold;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    scores.correct.push_back(
        decides_rightly(scored[i], pairs[i].genuine, threshold_of_fold[pairs[i].fold]) ? 1 : 0);
  return scores;
}

PairedDifference compare_verification(const VerificationScores& before, const VerificationScores& after) {
  if (before.correct.size() != after.correct.size() || before.correct.empty())
    throw UsageError("cannot compare a verification on {} pairs with one on {}", before.correct.size(),
                     after.correct.size());
  PairedDifference result;
  for (std::size_t i = 0; i < before.correct.size(); ++i) {
    result.only_before += before.correct[i] > after.correct[i] ? 1 : 0;
    result.only_after += after.correct[i] > before.correct[i] ? 1 : 0;
  }
  const auto pairs = static_cast<double>(before.correct.size());
  const auto gain = static_cast<double>(result.only_after - result.only_before);
  const auto discordant = static_cast<double>(result.only_after + result.only_before);
  result.difference = gain / pairs;
  // A pair adds +1, 0 or -1: the variance of n such values' mean is (their squares' sum - their sum^2 / n) /
  // n^2.
  const double half = 1.960 * std::sqrt(discordant - gain * gain / pairs) / pairs;
  result.interval = {result.difference - half, result.difference + half};
  return result;
}

}  // namespace fedfr::eval
