#include "fedfr/report/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "fedfr/core/error.hpp"
#include "presence.hpp"

// From the records of runs to lines of pictures. A file that cannot be read is no line, and is told elsewhere
// (unreadable_evaluations); a figure that is not defined is no point.
namespace fedfr::report {

using run::Series;

namespace {

void add_point(Series& series, double x, double y) {
  if (!std::isfinite(y)) return;
  series.x.push_back(x);
  series.y.push_back(y);
}

std::optional<run::Evaluation> read_evaluation(const RunRecord& record, int round) {
  const auto file = run::evaluation_path(record.folder, round);
  if (!is_there(file)) return std::nullopt;
  auto evaluation = run::load_evaluation(file);
  for (const auto* clients : {&evaluation.global, &evaluation.own})
    eval::summarise(*clients);  // of one set of targets
  return evaluation;
}

Series named(const std::string& name) { return {.name = name, .x = {}, .y = {}}; }

}  // namespace

std::optional<run::Evaluation> evaluation_of(const RunRecord& record, int round) {
  try {
    return read_evaluation(record, round);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<std::string> unreadable_evaluations(const RunRecord& record) {
  if (record.evaluations.empty()) return {};
  std::vector<std::string> problems;
  for (const int round : std::set<int>{0, record.evaluations.back().round}) {
    try {
      read_evaluation(record, round);
    } catch (const Error& e) {
      problems.emplace_back(e.what());
    }
  }
  return problems;
}

std::optional<run::Evaluation> last_evaluation(const RunRecord& record) {
  if (record.evaluations.empty()) return std::nullopt;
  return evaluation_of(record, record.evaluations.back().round);
}

double shown_far(const run::Options& options) {
  return options.fars.empty() ? eval::kUndefined
                              : options.fars[std::min<std::size_t>(1, options.fars.size() - 1)];
}

std::string shown_tar(const run::Options& options) { return fmt::format("TAR@{:g}", shown_far(options)); }

Series roc_series(const std::string& name, std::span<const eval::OperatingPoint> curve) {
  Series series = named(name);
  for (const auto& point : curve) add_point(series, point.target, point.true_rate);
  return series;
}

Series cmc_series(const std::string& name, std::span<const eval::ClientScores> clients) {
  std::map<std::size_t, std::pair<double, double>> by_rank;  // sum and number
  for (const auto& client : clients)
    for (std::size_t rank = 0; rank < client.scores.cumulative_match.size(); ++rank) {
      const double share = client.scores.cumulative_match[rank];
      if (!std::isfinite(share)) continue;
      by_rank[rank].first += share;
      by_rank[rank].second += 1;
    }
  Series series = named(name);
  for (const auto& [rank, sum] : by_rank)
    add_point(series, static_cast<double>(rank + 1), sum.first / sum.second);
  return series;
}

Series figure_series(const std::string& name, std::span<const EvaluationFigures> evaluations,
                     std::string_view which) {
  Series series = named(name);
  for (const auto& evaluation : evaluations)
    add_point(series, evaluation.round, figure(evaluation.figures, which));
  return series;
}

std::vector<double> client_rates(std::span<const eval::ClientScores> clients, double far) {
  std::vector<double> rates;
  for (const auto& client : clients) {
    const auto found = std::ranges::find(client.scores.tar_at_far, far, &eval::OperatingPoint::target);
    rates.push_back(found == client.scores.tar_at_far.end() || !found->resolvable() ? eval::kUndefined
                                                                                    : found->true_rate);
  }
  return rates;
}

Series mean_of(const std::vector<Series>& lines, const std::string& name) {
  std::map<double, std::vector<double>> values;
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.x.size(); ++i) values[line.x[i]].push_back(line.y[i]);
  Series mean = named(name);
  for (const auto& [x, ys] : values) {
    if (ys.size() != lines.size()) continue;
    double sum = 0;
    for (const double y : ys) sum += y;
    mean.x.push_back(x);
    mean.y.push_back(sum / static_cast<double>(ys.size()));
    if (lines.size() < 2) continue;
    mean.low.push_back(std::ranges::min(ys));
    mean.high.push_back(std::ranges::max(ys));
  }
  return mean;
}

}  // namespace fedfr::report
