// The page of one run. What a run did not keep, or what cannot be read any more, is left out and named; the
// rest stands.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fedfr/core/error.hpp"
#include "fedfr/core/number_text.hpp"
#include "fedfr/report/curves.hpp"
#include "fedfr/report/html.hpp"
#include "fedfr/report/pages.hpp"
#include "fedfr/report/sketches.hpp"
#include "page_parts.hpp"

namespace fedfr::report {

namespace {

using run::Colour;
using run::Series;

std::string summary_table(const RunRecord& run) {
  html::Table table{.head = {"", ""}, .rows = {}};
  const auto row = [&](const char* what, const std::string& value) { table.rows.push_back({what, value}); };
  const auto& o = run.options;
  row("state", std::string(name(run.state)));
  row("algorithm", o.algorithm);
  row("backbone", fmt::format("{}, width {:g}", o.backbone, o.width));
  row("rounds", fmt::format("{} of {}", run.completed_rounds(), o.rounds));
  row("seed", std::to_string(o.seed));
  if (!run.metrics.rounds.empty()) {
    const auto& last = run.metrics.rounds.back();
    row("clients in a round", std::to_string(last.cohort));
    row("ranks", std::to_string(last.ranks));
    row("time of all rounds", run::duration_text(run.seconds()));
    row("speed", fmt::format("{:.0f} images/s", run.images_per_second()));
    row("idle", fixed(100 * run.idle_share(), 0) + " % of the training time");
    row("model hash", run.model_hash());
  }
  return html::table(table);
}

/// The figures of the start and of the last evaluation.
std::string figures_table(const std::vector<EvaluationFigures>& evaluations) {
  const auto& first = evaluations.front();
  const auto& last = evaluations.back();
  html::Table table{.head = {"figure", "start", fmt::format("round {}", last.round), "change"}, .rows = {}};
  for (const auto& [name, value] : last.figures) {
    const double before = first.round == 0 ? figure(first.figures, name) : eval::kUndefined;
    table.rows.push_back({name, percent(before), percent(value),
                          std::isfinite(value - before) ? signed_fixed(100 * (value - before), 2) : ""});
  }
  return html::table(table);
}

run::LearningCurve learning_curve(const RunRecord& run) {
  run::LearningCurve picture{.title = "Learning curve", .rates = {}, .levels = {}, .losses = {}};
  const auto add = [&](Series series, std::vector<Series>& to) {
    series.colour = run::nth_colour(to.size());
    if (!series.x.empty()) to.push_back(std::move(series));
  };
  for (const auto& [name, value] : run.evaluations.back().figures)
    if (name.ends_with("/accuracy")) add(figure_series(name, run.evaluations, name), picture.rates);
  const auto tar = shown_tar(run.options);
  add(figure_series(tar + ", global model", run.evaluations, fmt::format("global/{}/mean", tar)),
      picture.rates);
  add(figure_series(tar + ", own models", run.evaluations, fmt::format("own/{}/mean", tar)), picture.rates);
  if (run.metrics.rounds.empty()) return picture;
  for (std::size_t term = 0; term < run.metrics.rounds.front().terms.size(); ++term) {
    Series series{.name = run.metrics.rounds.front().terms[term].first, .x = {}, .y = {}};
    for (const auto& round : run.metrics.rounds) {
      if (term >= round.terms.size()) continue;
      series.x.push_back(round.round);
      series.y.push_back(round.terms[term].second);
    }
    add(std::move(series), picture.losses);
  }
  return picture;
}

std::string roc_figures(Sketches& sketches, const run::Evaluation* before, const run::Evaluation& after) {
  std::string text;
  const auto draw = [&](const std::string& title, std::vector<Series> curves, const char* caption) {
    std::erase_if(curves, [](const Series& s) { return s.x.empty(); });
    if (!curves.empty()) text += sketches.figure(run::RocCurves{.title = title, .curves = curves}, caption);
  };
  const auto styled = [](Series series, Colour colour, bool dashed) {
    series.colour = colour;
    series.dashed = dashed;
    return series;
  };
  for (std::size_t b = 0; b < after.benchmarks.size(); ++b) {
    std::vector<Series> curves;
    if (before != nullptr && b < before->benchmarks.size())
      curves.push_back(styled(roc_series("start", before->benchmarks[b].scores.roc), Colour::grey, true));
    curves.push_back(styled(roc_series("global model", after.benchmarks[b].scores.roc), Colour::blue, false));
    draw(after.benchmarks[b].name, curves, "Verification of people whom no client has.");
  }
  std::vector<Series> own;
  if (before != nullptr)
    own.push_back(styled(roc_series("start", eval::mean_roc(before->global)), Colour::grey, true));
  own.push_back(styled(roc_series("global model", eval::mean_roc(after.global)), Colour::blue, false));
  own.push_back(styled(roc_series("own models", eval::mean_roc(after.own)), Colour::vermillion, false));
  draw("Clients' own people", own, "Mean over the clients, at rates that all of them can measure.");
  return text;
}

std::string client_figures(Sketches& sketches, const RunRecord& run, const run::Evaluation& after) {
  constexpr std::size_t most_bars = 60;
  std::string text;
  std::vector<Series> cmc = {cmc_series("global model", after.global), cmc_series("own models", after.own)};
  cmc[1].colour = Colour::vermillion;
  std::erase_if(cmc, [](const Series& s) { return s.x.empty(); });
  if (!cmc.empty())
    text += sketches.figure(
        run::Lines{.title = "Cumulative match", .x = "rank", .y = "probes found", .lines = cmc},
        "Share of a client's test images whose person is among the first ranks of its gallery; mean over "
        "clients.");
  const auto global = client_rates(after.global, shown_far(run.options));
  const auto own = client_rates(after.own, shown_far(run.options));
  if (!global.empty() && global.size() == own.size() && global.size() <= most_bars) {
    run::ClientBars bars{.title = "Each client",
                         .rate = shown_tar(run.options),
                         .clients = {},
                         .global = global,
                         .personalised = own};
    for (const auto& client : after.own) bars.clients.push_back(std::to_string(value(client.client)));
    text += sketches.figure(bars, "Each client on its own people.");
  }
  run::Distributions spread{.title = "Clients", .rate = shown_tar(run.options), .groups = {}};
  if (!global.empty()) spread.groups.push_back({"global model", global, Colour::blue});
  if (!own.empty()) spread.groups.push_back({"own models", own, Colour::vermillion});
  if (!spread.groups.empty()) text += sketches.figure(spread, "A dot is a client, the line is their mean.");
  return text;
}

std::string time_figures(Sketches& sketches, const RunRecord& run) {
  std::vector<std::string> names;
  std::vector<std::map<std::string, double>> phases;
  Series idle{.name = "idle", .x = {}, .y = {}};
  const auto every = run.metrics.rounds.size() / 20 + 1;  // more names do not fit
  for (const auto& round : run.metrics.rounds) {
    names.push_back(names.size() % every == 0 ? std::to_string(round.round) : "");
    phases.push_back(round.phases);
    idle.x.push_back(round.round);
    idle.y.push_back(round.idle_share);
  }
  return sketches.figure(phase_bars("Time of the rounds", names, phases),
                         "Seconds of the slowest rank in each phase.") +
         sketches.figure(
             run::Lines{.title = "Idle", .x = "round", .y = "share of training time", .lines = {idle}},
             "Share of the ranks' training time spent waiting for the slowest.");
}

std::string client_table(const RunRecord& run, const run::Evaluation& after) {
  html::Table table{.head = {"client", "people", "test images"}, .rows = {}};
  for (const char* whose : {"global", "own"})
    for (const auto& what : {shown_tar(run.options), std::string("rank 1")})
      table.head.push_back(fmt::format("{}, {} %", what, whose));
  const double far = shown_far(run.options);
  for (const auto& client : after.global) {
    const auto& scores = client.scores;
    std::vector<std::string> row = {std::to_string(value(client.client)), std::to_string(scores.identities),
                                    std::to_string(scores.own_probes)};
    const auto own = std::ranges::find(after.own, client.client, &eval::ClientScores::client);
    row.push_back(percent(client_rates(std::span(&client, 1), far).front()));
    row.push_back(percent(scores.rank1));
    const bool has_own = own != after.own.end();
    row.push_back(has_own ? percent(client_rates(std::span(&*own, 1), far).front()) : "");
    row.push_back(has_own ? percent(own->scores.rank1) : "");
    table.rows.push_back(std::move(row));
  }
  return html::details(fmt::format("{} clients", table.rows.size()), html::table(table));
}

}  // namespace

std::string run_page(const RunRecord& run) {
  const auto& rounds = run.metrics.rounds;
  const auto& evaluations = run.evaluations;
  if (evaluations.empty() && rounds.empty())
    throw DataError("{} holds no round and no evaluation yet: nothing to report", run.folder.string());
  Sketches sketches;
  std::string text = html::section("Run", summary_table(run));
  if (!evaluations.empty()) {
    text +=
        html::section("Results", html::details(fmt::format("{} figures", evaluations.back().figures.size()),
                                               figures_table(evaluations)));
    if (const auto picture = learning_curve(run); !picture.rates.empty())
      text += html::section("Learning", figures(sketches.figure(picture, "")));
  }
  for (const auto& problem : unreadable_evaluations(run)) text += html::paragraph("Left out: " + problem);
  if (const auto after = last_evaluation(run)) {
    const auto before = evaluation_of(run, 0);
    const bool compare = before && after->round > 0;
    text += html::section("Recognition", figures(roc_figures(sketches, compare ? &*before : nullptr, *after) +
                                                 client_figures(sketches, run, *after)));
    if (!after->global.empty()) text += html::section("Clients", client_table(run, *after));
  }
  if (!rounds.empty()) text += html::section("Time", figures(time_figures(sketches, run)));
  text += html::section("Options", html::details("config.cfg", html::preformatted(run.config)));
  return html::page(run.folder.string(),
                    fmt::format("A run of fedfr: {}, {} of {} rounds.", run.options.algorithm,
                                run.completed_rounds(), run.options.rounds),
                    text);
}

}  // namespace fedfr::report
