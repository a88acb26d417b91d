#include "fedfr/run/record/run_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "fedfr/run/pictures/pictures.hpp"
#include "fedfr/run/record/evaluation.hpp"
#include "fedfr/run/record/metrics_reader.hpp"

namespace fedfr::run {

namespace {

constexpr std::size_t shown_rate = 1;  // of the list of FARs: 1e-2 by default

void add_point(Series& series, double x, double y) {
  series.x.push_back(x);
  series.y.push_back(y);
}

/// Rates of all evaluations: benchmark accuracies, and the personalised protocol's TAR of both kinds of
/// model.
std::vector<Series> rate_series(const std::vector<EvaluationEvent>& evaluations) {
  std::vector<Series> all;
  const auto series = [&](const std::string& name, Colour colour) -> Series& {
    const auto found = std::ranges::find(all, name, &Series::name);
    if (found != all.end()) return *found;
    return all.emplace_back(Series{.name = name, .x = {}, .y = {}, .colour = colour});
  };
  constexpr Colour accuracy_colours[] = {Colour::blue, Colour::sky, Colour::black, Colour::grey};
  for (const auto& event : evaluations) {
    std::size_t index = 0;
    for (const auto& benchmark : event.benchmarks)
      add_point(series(benchmark.name + " accuracy", accuracy_colours[index++ % 4]), event.round,
                benchmark.accuracy);
    for (const auto& [summary, text, colour] :
         {std::tuple{&event.global, "global model", Colour::green},
          std::tuple{&event.own, "clients' own models", Colour::vermillion}}) {
      if (!*summary || (*summary)->tar_at_far.empty()) continue;
      const auto& rates = (*summary)->tar_at_far;
      const auto& rate = rates.at(std::min(shown_rate, rates.size() - 1));
      add_point(series(fmt::format("TAR@{:g}, {}", rate.target, text), colour), event.round, rate.rate.mean);
    }
  }
  return all;
}

std::vector<Series> loss_series(const std::vector<RoundEvent>& rounds) {
  std::vector<Series> all;
  constexpr Colour colours[] = {Colour::blue, Colour::vermillion, Colour::green, Colour::purple};
  for (const auto& event : rounds) {
    std::size_t index = 0;
    for (const auto& [name, mean] : event.terms) {
      if (all.size() <= index) all.push_back({.name = name, .x = {}, .y = {}, .colour = colours[index % 4]});
      add_point(all[index++], event.round, mean);
    }
  }
  return all;
}

Series curve(const std::string& name, const std::vector<eval::OperatingPoint>& roc, Colour colour,
             bool dashed) {
  Series series{.name = name, .x = {}, .y = {}, .colour = colour, .dashed = dashed};
  for (const auto& point : roc)
    if (std::isfinite(point.true_rate)) add_point(series, point.target, point.true_rate);
  return series;
}

/// @returns false where there is no curve to draw
bool add_curve(RocCurves& picture, Series series) {
  if (series.x.empty()) return false;
  picture.curves.push_back(std::move(series));
  return true;
}

void draw_roc(const RunPaths& paths, const Evaluation& before, const Evaluation& after) {
  for (std::size_t b = 0; b < after.benchmarks.size(); ++b) {
    RocCurves picture{.title = after.benchmarks[b].name + ": verification", .curves = {}};
    if (b < before.benchmarks.size() && before.round != after.round)
      add_curve(picture, curve("start", before.benchmarks[b].scores.roc, Colour::grey, true));
    add_curve(picture, curve(fmt::format("round {}", after.round), after.benchmarks[b].scores.roc,
                             Colour::blue, false));
    if (!picture.curves.empty())
      draw(picture, paths.pictures / fmt::format("roc_{}.png", after.benchmarks[b].name));
  }
  RocCurves own{.title = "Clients on their own identities (mean over clients)", .curves = {}};
  add_curve(own, curve("start", eval::mean_roc(before.global), Colour::grey, true));
  add_curve(own, curve("global model", eval::mean_roc(after.global), Colour::green, false));
  add_curve(own, curve("clients' own models", eval::mean_roc(after.own), Colour::vermillion, false));
  if (!own.curves.empty()) draw(own, paths.pictures / "roc_personalised.png");
}

void draw_clients(const RunPaths& paths, const Evaluation& after) {
  if (after.own.empty()) return;
  constexpr std::size_t most_bars = 60;
  const auto& targets = after.own.front().scores.tar_at_far;
  const std::size_t which = std::min(shown_rate, targets.size() - 1);
  ClientBars bars{.title = "Each client on its own identities",
                  .rate = fmt::format("TAR at FAR {:g}", targets[which].target),
                  .clients = {},
                  .global = {},
                  .personalised = {}};
  for (const auto& own : after.own) {
    const auto global = std::ranges::find(after.global, own.client, &eval::ClientScores::client);
    if (global == after.global.end() || bars.clients.size() == most_bars) continue;
    bars.clients.push_back(std::to_string(value(own.client)));
    bars.global.push_back(global->scores.tar_at_far[which].true_rate);
    bars.personalised.push_back(own.scores.tar_at_far[which].true_rate);
  }
  if (!bars.clients.empty()) draw(bars, paths.pictures / "clients.png");
}

}  // namespace

void draw_run_pictures(const RunPaths& paths, Console& console) {
  const auto metrics = read_metrics(paths.metrics);
  if (metrics.evaluations.empty() || metrics.rounds.empty()) return;
  LearningCurve learning{.title = "Learning curve",
                         .rates = rate_series(metrics.evaluations),
                         .levels = {},
                         .losses = loss_series(metrics.rounds)};
  if (!learning.rates.empty()) draw(learning, paths.pictures / "learning_curve.png");
  const auto before = evaluation_path(paths.folder, 0);
  const auto after = evaluation_path(paths.folder, metrics.evaluations.back().round);
  if (!std::filesystem::exists(before) || !std::filesystem::exists(after)) return;
  const Evaluation end = load_evaluation(after);
  draw_roc(paths, load_evaluation(before), end);
  draw_clients(paths, end);
  console.info("pictures: " + paths.pictures.string());
}

}  // namespace fedfr::run
