#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fedfr/eval/roc.hpp"

/// Exact rates from scores that do not fit in memory: they are gone through twice instead of being held.
namespace fedfr::eval {

/// Takes some scores of one kind, in any order.
using TakeScores = std::function<void(std::span<const float> scores, bool genuine)>;

/// Goes through all scores, piece by piece; each call gives the same ones.
using ScorePass = std::function<void(const TakeScores&)>;

/// The rates at each target, as operating_points gives them, bit for bit. Memory: some 1 MB, and as much
/// for each target; independent of the number of scores.
/// @param targets  each in (0, 1)
/// @throws UsageError for another target, DataError for a score that is not finite
std::vector<OperatingPoint> streamed_operating_points(const ScorePass& pass, std::span<const double> targets);

/// Counts of scores by the upper and, where it matters, also by the lower half of their bits.
class ScoreCounts {
 public:
  ScoreCounts();

  /// First pass. @throws DataError if the score is not finite
  void add(float score);

  std::int64_t total() const { return total_; }
  /// The cell in which the score lies that has exactly `rank` larger ones or equal ones before it.
  std::uint32_t cell_of_rank(std::int64_t rank) const;

  /// Between the passes: these cells will be told apart in full.
  void refine(std::span<const std::uint32_t> cells);
  /// Second pass.
  void add_again(float score);

  float at_rank(std::int64_t rank) const;     ///< the (rank + 1)-th largest; its cell has been refined
  std::int64_t above(float threshold) const;  ///< scores greater than one whose cell has been refined

 private:
  std::int64_t above_cell(std::uint32_t cell) const;

  std::int64_t total_ = 0;
  std::vector<std::int64_t> coarse_;             // [65536] by the upper half, ascending with the score
  std::vector<std::int32_t> refined_;            // [65536] number of the fine table, -1: none
  std::vector<std::vector<std::int64_t>> fine_;  // [refined cells][65536] by the lower half
};

}  // namespace fedfr::eval
