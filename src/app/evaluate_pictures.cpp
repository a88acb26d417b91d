#include "evaluate_pictures.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fedfr/core/standard_streams.hpp"
#include "fedfr/run/pictures/pictures.hpp"
#include "fedfr/run/record/benchmark_names.hpp"

namespace fedfr::app {

namespace {

run::Series curve(const std::string& name, const std::vector<eval::OperatingPoint>& points) {
  run::Series series{.name = name, .x = {}, .y = {}};
  for (const auto& point : points) {
    if (!std::isfinite(point.true_rate)) continue;
    series.x.push_back(point.target);
    series.y.push_back(point.true_rate);
  }
  return series;
}

template <class Picture>
void draw_or_complain(const Picture& picture, const std::filesystem::path& file) {
  if (const auto why = run::try_to_draw(picture, file))
    complain(fmt::format("fedfr evaluate: no {}: {}", file.string(), *why));
}

void draw_roc(const run::BenchmarkScores& benchmark, const std::filesystem::path& folder) {
  run::RocCurves picture{.title = benchmark.name + ": verification",
                         .curves = {curve("TAR", benchmark.scores.roc)}};
  if (!picture.curves.front().x.empty())
    draw_or_complain(picture, folder / fmt::format("roc_{}.png", run::file_name_part(benchmark.name)));
}

void draw_search(const run::IdentifiedPeople& identified, const std::filesystem::path& folder) {
  const auto part = run::file_name_part(identified.name);
  run::Lines cmc{.title = fmt::format("{}: cumulative match", identified.name),
                 .x = "rank",
                 .y = "mated probes whose right entry is among the first",
                 .lines = {{.name = "rate", .x = {}, .y = {}}}};
  for (const double share : identified.scores.cumulative_match) {
    cmc.lines.front().x.push_back(static_cast<double>(cmc.lines.front().x.size() + 1));
    cmc.lines.front().y.push_back(share);
  }
  if (!cmc.lines.front().x.empty()) draw_or_complain(cmc, folder / fmt::format("cmc_{}.png", part));
  run::RocCurves open{.title = fmt::format("{}: open-set identification", identified.name),
                      .curves = {curve("TPIR", identified.scores.curve)},
                      .x = "false positive identification rate",
                      .y = "true positive identification rate"};
  if (!open.curves.front().x.empty()) draw_or_complain(open, folder / fmt::format("dir_{}.png", part));
}

}  // namespace

void draw_evaluation(const run::Evaluation& evaluation, const std::filesystem::path& folder) {
  for (const auto& benchmark : evaluation.benchmarks) draw_roc(benchmark, folder);
  for (const auto& identified : evaluation.identified) draw_search(identified, folder);
}

}  // namespace fedfr::app
