#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fedfr/eval/interval.hpp"

/// Rates at fixed false accept rates, without interpolation between thresholds.
/// In 1:1 verification the targets are false accept rates (FAR), the true rate is the true accept rate (TAR),
/// and the scores that must be refused belong to impostor pairs. In 1:N identification they are false
/// positive identification rates (FPIR), the true positive identification rate (TPIR) and non-mated probes.
namespace fedfr::eval {

struct OperatingPoint {
  double target = 0;               ///< false rate asked for
  double true_rate = kUndefined;   ///< undefined without genuine or without impostor scores
  double false_rate = kUndefined;  ///< achieved, never above the target
  double threshold = kUndefined;   ///< a score is accepted when it is greater
  std::int64_t impostors = 0;      ///< impostor pairs, or non-mated probes
  Interval interval{};             ///< of the true rate, over identities; undefined where nobody asked for it

  /// Whether the target allows at least one false accept; otherwise the threshold is the largest impostor
  /// score and the point measures a larger false rate than the one asked for.
  bool resolvable() const;
};

/// Number of impostor scores that a false rate allows above the threshold: floor(rate * impostors + 1e-9).
std::int64_t allowed_false_accepts(double rate, std::int64_t impostors);

/// How many impostor scores a rate needs to be resolvable.
std::int64_t impostors_needed(double rate);

/// The largest impostor scores, which alone decide the thresholds; holds at most twice as many as it keeps.
class LargestScores {
 public:
  /// @param total         how many scores will be added
  /// @param largest_rate  of the operating points that will be asked for, in (0, 1)
  /// @throws UsageError for another rate
  LargestScores(std::int64_t total, double largest_rate);

  /// @throws DataError if the score is not finite
  void add(float score) {
    if (!std::isfinite(score)) refuse(score);
    ++count_;
    if (score > bar_) keep(score);
  }

  std::int64_t count() const { return count_; }  ///< added so far
  std::vector<float> sorted() &&;                ///< the kept ones, the largest first; leaves nothing behind

 private:
  [[noreturn]] static void refuse(float score);
  void keep(float score);
  void drop_all_but_kept();

  std::size_t kept_;
  std::int64_t count_ = 0;
  float bar_ = std::numeric_limits<float>::lowest();
  std::vector<float> scores_;
};

/// The rates at each target: with k = allowed_false_accepts, the threshold is the (k+1)-th largest impostor
/// score, so ties only lower the achieved false rate.
/// @param genuine  scores to be accepted, in any order; -infinity is never accepted
/// @param targets  each in (0, 1), at most the largest_rate of `impostors`
/// @throws UsageError for another target, DataError for a genuine score that is not a number
std::vector<OperatingPoint> operating_points(std::vector<float> genuine, LargestScores impostors,
                                             std::span<const double> targets);

/// TAR at each FAR from all scores of both kinds.
std::vector<OperatingPoint> tar_at_far(std::span<const float> genuine, std::span<const float> impostor,
                                       std::span<const double> fars);

/// Rates for a curve, equally spaced in the logarithm and ascending, both ends included.
std::vector<double> logarithmic_rates(double lowest, double highest, int per_decade);

/// Those of the curve of so many impostors: from the smallest that they resolve up to 0.5; none where they
/// are too few.
std::vector<double> rates_of_curve(std::int64_t impostors, int per_decade);

/// Share of probes whose right gallery entry is among the first r, for r = 1..ranks (cumulative match curve).
/// @param rank_of_right  [N] 1 for a probe whose right entry comes first
std::vector<double> cumulative_match(std::span<const std::int64_t> rank_of_right, std::int64_t ranks);

}  // namespace fedfr::eval
