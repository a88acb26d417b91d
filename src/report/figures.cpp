#include "fedfr/report/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fedfr/eval/roc.hpp"

// Names for everything that an evaluation measures, made in one place, since tables, pictures, TensorBoard
// and collected columns have to agree on them.
namespace fedfr::report {

namespace {

void add_aggregate(std::vector<NamedNumber>& figures, const std::string& name,
                   const eval::Aggregate& aggregate) {
  figures.emplace_back(name + "/mean", aggregate.mean);
  figures.emplace_back(name + "/worst", aggregate.worst);
  figures.emplace_back(name + "/best", aggregate.best);
}

void add_personalised(std::vector<NamedNumber>& figures, const std::string& whose,
                      const std::optional<eval::PersonalisedSummary>& summary) {
  if (!summary) return;
  for (const auto& [rates, name] :
       {std::pair{&summary->tar_at_far, "TAR"}, std::pair{&summary->tpir_at_fpir, "TPIR"}})
    for (const auto& rate : *rates)
      if (rate.resolvable)
        add_aggregate(figures, fmt::format("{}/{}@{:g}", whose, name, rate.target), rate.rate);
  add_aggregate(figures, whose + "/rank1", summary->rank1);
}

}  // namespace

EvaluationFigures figures_of(const run::EvaluationEvent& evaluation) {
  EvaluationFigures result{.round = evaluation.round, .time = evaluation.time, .figures = {}};
  for (const auto& benchmark : evaluation.benchmarks) {
    result.figures.emplace_back(benchmark.name + "/accuracy", benchmark.accuracy);
    for (const auto& rate : benchmark.tar_at_far)
      if (rate.resolvable())
        result.figures.emplace_back(fmt::format("{}/TAR@{:g}", benchmark.name, rate.target), rate.true_rate);
  }
  add_personalised(result.figures, "global", evaluation.global);
  add_personalised(result.figures, "own", evaluation.own);
  return result;
}

double figure(const std::vector<NamedNumber>& figures, std::string_view name) {
  const auto found = std::ranges::find(figures, name, &NamedNumber::first);
  return found == figures.end() ? eval::kUndefined : found->second;
}

std::optional<NamedNumber> headline(const EvaluationFigures& evaluation) {
  for (const std::string_view prefix : {"/accuracy", "own/TAR", "global/TAR"})
    for (const auto& entry : evaluation.figures)
      if (entry.first.find(prefix) != std::string::npos && std::isfinite(entry.second)) return entry;
  return std::nullopt;
}

}  // namespace fedfr::report
