#include "fedfr/eval/intervals/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/rng.hpp"

// Scores stay where they are: a draw is a whole number for each person, and every figure is worked out with
// these as weights. Sums of whole numbers are exact, so neither threads nor processors change an interval.
namespace fedfr::eval {

namespace {

constexpr double kOutside = 0.025;  // on either side

/// Of the draws in which the figure is defined, if these are most of them.
Interval quantiles(std::vector<double> values) {
  const auto draws = values.size();
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty() || 2 * values.size() < draws) return {};
  std::ranges::sort(values);
  const auto outside = static_cast<std::size_t>(kOutside * static_cast<double>(values.size()));
  return {.low = values[outside], .high = values[values.size() - 1 - outside]};
}

}  // namespace

void draw_people(std::uint64_t seed, std::int64_t number, std::span<std::uint32_t> times) {
  RngStream random(
      {.seed = seed, .purpose = Purpose::bootstrap, .round = static_cast<std::uint64_t>(number)});
  std::ranges::fill(times, 0U);
  for (std::size_t i = 0; i < times.size(); ++i) ++times[random.below(times.size())];
}

std::vector<Interval> bootstrap_intervals(std::int64_t people, std::size_t figures, const FiguresOfDraw& of,
                                          const BootstrapPlan& plan) {
  std::vector<Interval> intervals(figures);
  if (people < 2 || plan.draws < 1) return intervals;
  const auto draws = static_cast<std::size_t>(plan.draws);
  std::vector<double> drawn(draws * figures, kUndefined);
  parallel_for(draws, plan.threads, [&](std::size_t draw) {
    sign_of_life();
    std::vector<std::uint32_t> times(static_cast<std::size_t>(people));
    draw_people(plan.seed, static_cast<std::int64_t>(draw), times);
    of(times, std::span(drawn).subspan(draw * figures, figures));
  });
  for (std::size_t f = 0; f < figures; ++f) {
    std::vector<double> values(draws);
    for (std::size_t draw = 0; draw < draws; ++draw) values[draw] = drawn[draw * figures + f];
    intervals[f] = quantiles(std::move(values));
  }
  return intervals;
}

FiguresOfDraw difference(FiguresOfDraw before, FiguresOfDraw after, std::size_t figures) {
  return [before = std::move(before), after = std::move(after), figures](std::span<const std::uint32_t> times,
                                                                         std::span<double> out) {
    std::vector<double> then(figures);
    before(times, then);
    after(times, out);
    for (std::size_t f = 0; f < figures; ++f) out[f] -= then[f];
  };
}

}  // namespace fedfr::eval
