#include "fedfr/eval/roc.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "fedfr/core/error.hpp"
#include "rates.hpp"

// Rates at fixed false accept rates. The idea: with N impostor scores and a rate r, the threshold is the
// (floor(r N) + 1)-th largest of them, so no more than the largest ones have to be kept or sorted, and
// nothing is interpolated between thresholds that no score has.
namespace fedfr::eval {

namespace {

/// Scores greater than the threshold in a descending list.
std::int64_t accepted(std::span<const float> descending, float threshold) {
  return std::ranges::lower_bound(descending, threshold, std::greater<>{}) - descending.begin();
}

double largest(std::span<const double> rates) { return rates.empty() ? 0.5 : std::ranges::max(rates); }

}  // namespace

bool OperatingPoint::resolvable() const { return allowed_false_accepts(target, impostors) >= 1; }

std::int64_t allowed_false_accepts(double rate, std::int64_t impostors) {
  // 1e-9: in binary, 0.29 * 100 is a little less than 29
  return static_cast<std::int64_t>(std::floor(rate * static_cast<double>(impostors) + 1e-9));
}

std::int64_t impostors_needed(double rate) {
  constexpr double most = 1e18;
  return static_cast<std::int64_t>(std::min(std::ceil(1 / rate - 1e-9), most));
}

LargestScores::LargestScores(std::int64_t total, double largest_rate) {
  require_rate(largest_rate);
  kept_ = static_cast<std::size_t>(allowed_false_accepts(largest_rate, total)) + 1;
  scores_.reserve(std::min(2 * kept_, static_cast<std::size_t>(total)));
}

void LargestScores::refuse(float score) { refuse_score(score); }

void LargestScores::keep(float score) {
  // Only now and then, when twice as many have come as are kept: a constant time for each score on average.
  if (scores_.size() == 2 * kept_) {
    drop_all_but_kept();
    bar_ = scores_.back();
  }
  scores_.push_back(score);
}

/// The smallest of the kept ones comes last.
void LargestScores::drop_all_but_kept() {
  if (scores_.size() <= kept_) return;
  std::ranges::nth_element(scores_, scores_.begin() + static_cast<std::ptrdiff_t>(kept_ - 1),
                           std::greater<>{});
  scores_.resize(kept_);
}

std::vector<float> LargestScores::sorted() && {
  drop_all_but_kept();
  std::ranges::sort(scores_, std::greater<>{});
  return std::move(scores_);
}

std::vector<OperatingPoint> operating_points(std::vector<float> genuine, LargestScores impostors,
                                             std::span<const double> targets) {
  if (std::ranges::any_of(genuine, [](float score) { return std::isnan(score); }))
    throw DataError("a similarity score is not a number: the model has diverged; lower the learning rate");
  std::ranges::sort(genuine, std::greater<>{});
  const auto count = impostors.count();
  const auto tail = std::move(impostors).sorted();
  std::vector<OperatingPoint> points;
  for (const double target : targets) {
    require_rate(target);
    OperatingPoint point{.target = target, .impostors = count};
    if (!tail.empty()) {
      const auto k = static_cast<std::size_t>(allowed_false_accepts(target, count));
      if (k >= tail.size())
        throw UsageError("the false accept rate {} is above the largest one that scores were kept for",
                         target);
      point.threshold = double{tail[k]};
      point.true_rate = share(accepted(genuine, tail[k]), std::ssize(genuine));
      point.false_rate = share(accepted(tail, tail[k]), count);
    }
    points.push_back(point);
  }
  return points;
}

std::vector<OperatingPoint> tar_at_far(std::span<const float> genuine, std::span<const float> impostor,
                                       std::span<const double> fars) {
  LargestScores tail(std::ssize(impostor), largest(fars));
  for (const float score : impostor) tail.add(score);
  return operating_points({genuine.begin(), genuine.end()}, std::move(tail), fars);
}

std::vector<double> logarithmic_rates(double lowest, double highest, int per_decade) {
  const double decades = std::log10(highest / lowest);
  const auto steps = std::max(1, static_cast<int>(std::lround(decades * per_decade)));
  std::vector<double> rates;
  for (int i = 0; i < steps; ++i) rates.push_back(lowest * std::pow(10.0, decades * i / steps));
  // As it was given: a power of ten would miss it by a rounding.
  rates.push_back(highest);
  return rates;
}

std::vector<double> rates_of_curve(std::int64_t impostors, int per_decade) {
  constexpr double largest_rate = 0.5;
  const double smallest = 1 / std::max(1.0, static_cast<double>(impostors));
  return smallest < largest_rate ? logarithmic_rates(smallest, largest_rate, per_decade)
                                 : std::vector<double>{};
}

std::vector<double> cumulative_match(std::span<const std::int64_t> rank_of_right, std::int64_t ranks) {
  std::vector<double> curve;
  for (std::int64_t r = 1; r <= ranks; ++r)
    curve.push_back(share(std::ranges::count_if(rank_of_right, [r](std::int64_t rank) { return rank <= r; }),
                          std::ssize(rank_of_right)));
  return curve;
}

}  // namespace fedfr::eval
