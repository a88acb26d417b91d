#include "fedfr/eval/score_selection.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "fedfr/core/error.hpp"
#include "rates.hpp"

// Order statistics by radix: the bits of a float, suitably changed, are a whole number that grows with it.
// One pass counts the scores by the upper 16 bits, which shows in which cell the wanted score lies; a second
// pass counts those of that cell by the lower 16 bits, which are then known too.
namespace fedfr::eval {

namespace {

constexpr std::uint32_t kCells = 1U << 16U;

/// Grows with the score; both zeros are one.
std::uint32_t key_of(float score) {
  const auto bits = std::bit_cast<std::uint32_t>(score + 0.0F);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

float score_of(std::uint32_t key) {
  return std::bit_cast<float>((key & 0x80000000U) != 0 ? key & 0x7FFFFFFFU : ~key);
}

struct RankedTarget {
  double target = 0;
  std::int64_t rank = 0;
};

std::vector<RankedTarget> rank_targets(std::span<const double> targets, std::int64_t impostors) {
  std::vector<RankedTarget> ranked;
  for (const double target : targets) {
    require_rate(target);
    ranked.push_back({target, allowed_false_accepts(target, impostors)});
  }
  return ranked;
}

}  // namespace

ScoreCounts::ScoreCounts() : coarse_(kCells), refined_(kCells, -1) {}

void ScoreCounts::add(float score) {
  if (!std::isfinite(score)) refuse_score(score);
  ++coarse_[key_of(score) >> 16U];
  ++total_;
}

std::uint32_t ScoreCounts::cell_of_rank(std::int64_t rank) const {
  std::int64_t larger = 0;
  for (std::uint32_t cell = kCells; cell-- > 0;) {
    larger += coarse_[cell];
    if (larger > rank) return cell;
  }
  throw UsageError("there is no score of rank {} among {}", rank, total_);
}

void ScoreCounts::refine(std::span<const std::uint32_t> cells) {
  for (const auto cell : cells) {
    if (refined_[cell] >= 0) continue;
    refined_[cell] = static_cast<std::int32_t>(fine_.size());
    fine_.emplace_back(kCells);
  }
}

void ScoreCounts::add_again(float score) {
  const auto key = key_of(score);
  const auto table = refined_[key >> 16U];
  if (table >= 0) ++fine_[static_cast<std::size_t>(table)][key & (kCells - 1)];
}

std::int64_t ScoreCounts::above_cell(std::uint32_t cell) const {
  std::int64_t larger = 0;
  for (std::uint32_t c = cell + 1; c < kCells; ++c) larger += coarse_[c];
  return larger;
}

float ScoreCounts::at_rank(std::int64_t rank) const {
  const auto cell = cell_of_rank(rank);
  const auto& fine = fine_.at(static_cast<std::size_t>(refined_[cell]));
  std::int64_t larger = above_cell(cell);
  std::uint32_t low = kCells;
  while (larger <= rank && low > 0) larger += fine[--low];
  return score_of((cell << 16U) | low);
}

std::int64_t ScoreCounts::above(float threshold) const {
  const auto key = key_of(threshold);
  const auto& fine = fine_.at(static_cast<std::size_t>(refined_[key >> 16U]));
  std::int64_t larger = above_cell(key >> 16U);
  for (std::uint32_t low = (key & (kCells - 1)) + 1; low < kCells; ++low) larger += fine[low];
  return larger;
}

std::vector<OperatingPoint> streamed_operating_points(const ScorePass& pass,
                                                      std::span<const double> targets) {
  ScoreCounts genuine, impostor;
  pass([&](std::span<const float> scores, bool are_genuine) {
    for (const float score : scores) (are_genuine ? genuine : impostor).add(score);
  });
  const auto ranked = rank_targets(targets, impostor.total());
  if (impostor.total() > 0) {
    std::vector<std::uint32_t> cells;
    for (const auto& [target, rank] : ranked) cells.push_back(impostor.cell_of_rank(rank));
    genuine.refine(cells);
    impostor.refine(cells);
    pass([&](std::span<const float> scores, bool are_genuine) {
      for (const float score : scores) (are_genuine ? genuine : impostor).add_again(score);
    });
  }
  std::vector<OperatingPoint> points;
  for (const auto& [target, rank] : ranked) {
    OperatingPoint point{.target = target, .impostors = impostor.total()};
    if (impostor.total() > 0) {
      const float threshold = impostor.at_rank(rank);
      point.threshold = double{threshold};
      point.true_rate = share(genuine.above(threshold), genuine.total());
      point.false_rate = share(impostor.above(threshold), impostor.total());
    }
    points.push_back(point);
  }
  return points;
}

}  // namespace fedfr::eval
