#include "fedfr/eval/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

// From the scores of a protocol to its figures. A rate that the trials cannot resolve has no value: a number
// there would be the rate at another, larger false rate.
namespace fedfr::eval {

namespace {

void append(std::vector<Figure>& all, std::vector<Figure> more) {
  std::ranges::move(more, std::back_inserter(all));
}

/// The mean and what the clients' spread is like, by the names that papers on fairness use.
std::vector<Figure> spread(const std::string& name, const Aggregate& aggregate, bool resolvable,
                           const std::string& trials) {
  const auto figure = [&](const std::string& what, double value) {
    return Figure{.name = name + what, .value = resolvable ? value : kUndefined, .trials = trials};
  };
  return {figure(", mean", aggregate.mean), figure(", worst decile", aggregate.worst_decile),
          figure(", deviation", aggregate.deviation), figure(", Gini", aggregate.gini)};
}

std::vector<Figure> spread(const std::vector<RateAggregate>& rates, const std::string& name,
                           const std::string& trials) {
  std::vector<Figure> all;
  for (const auto& rate : rates)
    append(all, spread(fmt::format("{}={}", name, rate_name(rate.target)), rate.rate, rate.resolvable,
                       fmt::format("at least {} {} a client{}", grouped(rate.fewest_impostors), trials,
                                   rate.resolvable
                                       ? ""
                                       : fmt::format(", needs {}", grouped(impostors_needed(rate.target))))));
  return all;
}

}  // namespace

std::string grouped(std::int64_t number) {
  if (number < 1000) return std::to_string(number);
  return fmt::format("{},{:03}", grouped(number / 1000), number % 1000);
}

std::string rate_name(double rate) {
  const auto exponent = static_cast<int>(std::floor(std::log10(rate) + 1e-9));
  return fmt::format("{:.3g}e{}", rate / std::pow(10.0, exponent), exponent);
}

std::vector<Figure> figures_of(std::span<const OperatingPoint> points, const std::string& rate,
                               const std::string& trials) {
  std::vector<Figure> all;
  for (const auto& point : points) {
    Figure figure{.name = fmt::format("{}={}", rate, rate_name(point.target)),
                  .trials = fmt::format("{} {}", grouped(point.impostors), trials)};
    if (point.resolvable()) {
      figure.value = point.true_rate;
      figure.interval = point.interval;
    } else {
      figure.trials += fmt::format(", needs {}", grouped(impostors_needed(point.target)));
    }
    all.push_back(std::move(figure));
  }
  return all;
}

std::vector<Figure> figures_of(const VerificationScores& scores) {
  // Of one kind alone, a threshold that takes all is right.
  const bool both_kinds = scores.genuine_pairs > 0 && scores.impostor_pairs > 0;
  std::vector<Figure> all{
      {.name = "accuracy",
       .value = both_kinds ? scores.accuracy : kUndefined,
       .deviation = scores.one_fold ? kUndefined : scores.accuracy_deviation,
       .interval = scores.accuracy_interval,
       .trials = scores.one_fold
                     ? "one fold, its threshold chosen on the same pairs"
                     : fmt::format("{} folds of {} genuine and {} impostor pairs", scores.folds.size(),
                                   grouped(scores.genuine_pairs), grouped(scores.impostor_pairs))}};
  append(all, figures_of(scores.tar_at_far, "TAR@FAR", "impostor pairs"));
  return all;
}

std::vector<Figure> figures_of(const IdentificationScores& scores) {
  std::vector<Figure> all;
  for (std::size_t r = 0; r < kReportedRanks.size(); ++r) {
    const double share = share_within(scores.cumulative_match, kReportedRanks[r]);
    all.push_back({.name = fmt::format("rank {}", kReportedRanks[r]),
                   .value = share,
                   .interval = std::isnan(share) ? Interval{} : scores.rank_intervals[r],
                   .trials = fmt::format("{} probes, {} entries", grouped(scores.mated_probes),
                                         grouped(scores.entries))});
  }
  append(all, figures_of(scores.tpir_at_fpir, "TPIR@FPIR", "non-mated probes"));
  return all;
}

std::vector<Figure> figures_of(const PersonalisedSummary& summary, std::span<const Interval> of_means) {
  auto all = spread(summary.tar_at_far, "TAR@FAR", "impostor pairs");
  append(all, spread("rank 1", summary.rank1, true, fmt::format("{} clients", summary.clients)));
  append(all, spread(summary.tpir_at_fpir, "TPIR@FPIR", "probes of others"));
  const auto stride = of_means.empty() ? 0 : all.size() / of_means.size();  // the means come first of each
  for (std::size_t i = 0; i < of_means.size(); ++i)
    if (!std::isnan(all[i * stride].value)) all[i * stride].interval = of_means[i];
  return all;
}

int significant_decimals(const Interval& interval) {
  constexpr int most = 4, otherwise = 2;
  const double half = 100 * (interval.high - interval.low) / 2;
  if (!(half > 0)) return otherwise;
  const auto exponent = static_cast<int>(std::floor(std::log10(half)));
  const double leading = half / std::pow(10.0, exponent);
  // 0.95 is rounded to 1.0, of which two digits are kept.
  const int digits = leading < 3.55 || leading >= 9.5 ? 2 : 1;
  return std::clamp(digits - 1 - exponent - (leading >= 9.5 ? 1 : 0), 0, most);
}

}  // namespace fedfr::eval
