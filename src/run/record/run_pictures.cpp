// The pictures of a run from what its directory holds. Each is drawn on its own: one that cannot be drawn, or
// an evaluation that cannot be read, leaves the others as they are, and one warning names all that are
// missing.
#include "fedfr/run/record/run_pictures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "fedfr/core/error.hpp"
#include "fedfr/run/pictures/pictures.hpp"
#include "fedfr/run/record/benchmark_names.hpp"
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

void add_curve(RocCurves& picture, Series series) {
  if (!series.x.empty()) picture.curves.push_back(std::move(series));
}

/// The pictures of a run, and which of them are missing, by the reason.
class Album {
 public:
  explicit Album(std::filesystem::path folder) : folder_(std::move(folder)) {}

  template <class Picture>
  void add(const Picture& picture, const std::string& file) {
    if (const auto why = try_to_draw(picture, folder_ / file))
      missing_[*why].push_back(file);
    else
      ++drawn_;
  }
  void miss(const std::string& what, const std::string& why) { missing_[why].push_back(what); }

  bool empty() const { return drawn_ == 0; }

  /// Empty where nothing is missing.
  std::string warning() const {
    std::string text;
    for (const auto& [why, names] : missing_) text += fmt::format("; no {}: {}", fmt::join(names, ", "), why);
    if (text.empty()) return text;
    return fmt::format("pictures in {}{}; `gnuplot -d NAME.gp` draws one again", folder_.string(), text);
  }

 private:
  std::filesystem::path folder_;
  int drawn_ = 0;
  std::map<std::string, std::vector<std::string>> missing_;
};

/// @param before  the start, unless that is what `after` is
void draw_roc(Album& album, const std::optional<Evaluation>& before, const Evaluation& after) {
  for (const auto& benchmark : after.benchmarks) {
    RocCurves picture{.title = benchmark.name + ": verification", .curves = {}};
    if (const auto* start = before ? benchmark_of(*before, benchmark.name) : nullptr)
      add_curve(picture, curve("start", start->scores.roc, Colour::grey, true));
    add_curve(picture,
              curve(fmt::format("round {}", after.round), benchmark.scores.roc, Colour::blue, false));
    if (!picture.curves.empty())
      album.add(picture, fmt::format("roc_{}.png", file_name_part(benchmark.name)));
  }
  RocCurves own{.title = "Clients on their own identities (mean over clients)", .curves = {}};
  if (before) add_curve(own, curve("start", eval::mean_roc(before->global), Colour::grey, true));
  add_curve(own, curve("global model", eval::mean_roc(after.global), Colour::green, false));
  add_curve(own, curve("clients' own models", eval::mean_roc(after.own), Colour::vermillion, false));
  if (!own.curves.empty()) album.add(own, "roc_personalised.png");
}

void draw_clients(Album& album, const Evaluation& after) {
  if (after.own.empty() || after.own.front().scores.tar_at_far.empty()) return;
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
  if (!bars.clients.empty()) album.add(bars, "clients.png");
}

/// @returns nothing if the run has none of this round, or one that cannot be read
std::optional<Evaluation> evaluation_at(const RunPaths& paths, int round, Album& album) {
  const auto file = evaluation_path(paths.folder, round);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  try {
    return load_evaluation(file);
  } catch (const Error& e) {
    album.miss("curves of round " + std::to_string(round), e.what());
    return std::nullopt;
  }
}

}  // namespace

void draw_run_pictures(const RunPaths& paths, Console& console) {
  const auto metrics = read_metrics(paths.metrics);
  if (metrics.evaluations.empty() || metrics.rounds.empty()) return;
  Album album(paths.pictures);
  LearningCurve learning{.title = "Learning curve",
                         .rates = rate_series(metrics.evaluations),
                         .levels = {},
                         .losses = loss_series(metrics.rounds)};
  if (!learning.rates.empty()) album.add(learning, "learning_curve.png");
  const int last = metrics.evaluations.back().round;
  if (const auto after = evaluation_at(paths, last, album)) {
    draw_roc(album, last == 0 ? std::nullopt : evaluation_at(paths, 0, album), *after);
    draw_clients(album, *after);
  }
  if (!album.empty()) console.info("pictures: " + paths.pictures.string());
  if (const auto text = album.warning(); !text.empty()) console.warning(text);
}

}  // namespace fedfr::run
