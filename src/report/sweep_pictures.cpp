#include "sweep_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <set>

#include "fedfr/report/curves.hpp"
#include "fedfr/run/options/option_table.hpp"
#include "page_parts.hpp"

// The pictures of a sweep. Cells that differ in seeds alone are one group, drawn as its mean and spread; what
// varies otherwise is an axis where it is a number, and a line of its own where it is not.
namespace fedfr::report {

namespace {

using run::Series;

bool is_seed(std::string_view axis) { return axis == "seed" || axis == "split-seed"; }

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

/// As short as can be understood, for legends: "4 clients", "fedavg", "lr 0.1".
std::string short_name(const std::string& axis, const std::string& value) {
  if (axis == "clients-count") return value + (value == "1" ? " client" : " clients");
  const bool speaks_for_itself = !number(value) && !run::is_switch_word(value);
  return speaks_for_itself ? value : axis + ' ' + value;
}

/// "4 clients, fedavg", without one of the axes.
std::string label(const std::vector<std::pair<std::string, std::string>>& axes,
                  std::string_view without = {}) {
  std::string text;
  for (const auto& [axis, value] : axes)
    if (axis != without) text += (text.empty() ? "" : ", ") + short_name(axis, value);
  return text.empty() ? "all" : text;
}

const std::string* value_of(const CellGroup& group, std::string_view axis) {
  const auto found = std::ranges::find(group.axes, axis, [](const auto& entry) { return entry.first; });
  return found == group.axes.end() ? nullptr : &found->second;
}

std::vector<std::string> numeric_axes(const std::vector<CellGroup>& groups) {
  std::vector<std::string> found;
  for (const auto& [axis, first] : groups.front().axes) {
    std::set<double> values;
    bool numeric = true;
    for (const auto& group : groups) {
      const auto value = number(*value_of(group, axis));
      numeric = numeric && value.has_value();
      values.insert(value.value_or(0));
    }
    if (numeric && values.size() > 1) found.push_back(axis);
  }
  return found;
}

/// The colours of lines and, from the second time on that a colour comes, dashes.
void tell_apart(std::vector<Series>& lines) {
  constexpr std::size_t colours = 8;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].colour = run::nth_colour(i);
    lines[i].dashed = i / colours % 2 == 1;
  }
}

using Measure = std::function<double(const RunRecord&)>;

/// A measure against an axis; the mean over the runs of a group and their spread.
std::vector<Series> lines_against(const std::string& axis, const std::vector<CellGroup>& groups,
                                  const Measure& measure, const std::string& what) {
  std::vector<Series> lines;
  for (const auto& group : groups) {
    std::vector<Series> points;
    for (const auto* run : group.runs)
      if (const double y = measure(*run); std::isfinite(y))
        points.push_back({.name = {}, .x = {*number(*value_of(group, axis))}, .y = {y}});
    if (points.empty()) continue;
    Series point = mean_of(points, "");
    if (points.size() == 1) point.low = point.high = point.y;
    auto name = label(group.axes, axis);
    if (name == "all") name = what;
    auto line = std::ranges::find(lines, name, &Series::name);
    if (line == lines.end()) line = lines.insert(line, {.name = name, .x = {}, .y = {}});
    for (const auto& [to, from] : {std::pair{&line->x, &point.x}, std::pair{&line->y, &point.y},
                                   std::pair{&line->low, &point.low}, std::pair{&line->high, &point.high}})
      to->push_back(from->front());
  }
  tell_apart(lines);
  return lines;
}

double last_figure(const RunRecord& run, const std::string& name) {
  return run.evaluations.empty() ? eval::kUndefined : figure(run.evaluations.back().figures, name);
}

const RunRecord* any_run(const std::vector<CellGroup>& groups) {
  for (const auto& group : groups)
    if (!group.runs.empty()) return group.runs.front();
  return nullptr;
}

/// Names of the figures that a sweep is judged by: benchmark accuracies, and TAR of both kinds of models.
std::vector<std::string> judged_by(const std::vector<CellGroup>& groups) {
  std::vector<std::string> names;
  for (const auto& group : groups)
    for (const auto* run : group.runs) {
      if (run->evaluations.empty()) continue;
      const auto tar = shown_tar(run->options);
      for (const auto& [name, value] : run->evaluations.back().figures) {
        const bool counts = name.ends_with("/accuracy") || name == fmt::format("global/{}/mean", tar) ||
                            name == fmt::format("own/{}/mean", tar);
        if (counts && std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
  return names;
}

constexpr const char* spread = "The mean over seeds; the bars reach from the lowest to the highest.";

/// One line a group, the mean of its runs.
std::vector<Series> group_lines(const std::vector<CellGroup>& groups,
                                const std::function<Series(const RunRecord&)>& line_of) {
  std::vector<Series> lines;
  for (const auto& group : groups) {
    std::vector<Series> of_runs;
    for (const auto* run : group.runs)
      if (auto line = line_of(*run); !line.x.empty()) of_runs.push_back(std::move(line));
    if (of_runs.empty()) continue;
    if (auto mean = mean_of(of_runs, group.name); !mean.x.empty()) lines.push_back(std::move(mean));
  }
  tell_apart(lines);
  return lines;
}

void without_error_bars(std::vector<Series>& lines) {
  for (auto& line : lines) {
    line.low.clear();
    line.high.clear();
  }
}

}  // namespace

std::vector<CellGroup> groups_of(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  std::vector<CellGroup> groups;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto axes = sweep.cells[i].axes;
    std::erase_if(axes, [](const auto& entry) { return is_seed(entry.first); });
    auto group = std::ranges::find(groups, axes, &CellGroup::axes);
    if (group == groups.end()) group = groups.insert(group, {.name = label(axes), .axes = axes, .runs = {}});
    if (cells[i].run) group->runs.push_back(&*cells[i].run);
  }
  return groups;
}

std::string axis_figures(Sketches& sketches, const std::vector<CellGroup>& groups) {
  std::string text;
  for (const auto& axis : numeric_axes(groups)) {
    const auto draw = [&](const std::string& what, const std::string& unit, const Measure& measure,
                          bool rates) {
      const auto lines = lines_against(axis, groups, measure, what);
      if (lines.empty()) return;
      text += sketches.figure(run::Lines{.title = what,
                                         .x = axis,
                                         .y = unit,
                                         .lines = lines,
                                         .rates = rates,
                                         .ticks_at_the_places = true},
                              spread);
    };
    for (const auto& name : judged_by(groups))
      draw(
          name, "rate", [&](const RunRecord& run) { return last_figure(run, name); }, true);
    draw(
        "Time of the rounds", "seconds", [](const RunRecord& run) { return run.seconds(); }, false);
    draw(
        "Speed", "images/s", [](const RunRecord& run) { return run.images_per_second(); }, false);
  }
  return text;
}

std::string learning_figures(Sketches& sketches, const std::vector<CellGroup>& groups) {
  std::string text;
  for (const auto& name : judged_by(groups)) {
    const auto lines =
        group_lines(groups, [&](const RunRecord& run) { return figure_series("", run.evaluations, name); });
    if (!lines.empty())
      text += sketches.figure(run::Lines{.title = name, .x = "round", .y = "rate", .lines = lines}, spread);
  }
  return text;
}

std::string curve_figures(Sketches& sketches, const std::vector<CellGroup>& groups) {
  std::string text;
  const auto draw_roc = [&](const std::string& title, const std::string& caption, const auto& curve_of) {
    auto lines = group_lines(groups, [&](const RunRecord& run) {
      const auto last = last_evaluation(run);
      return last ? roc_series("", curve_of(*last)) : Series{.name = {}, .x = {}, .y = {}};
    });
    without_error_bars(lines);
    if (!lines.empty()) text += sketches.figure(run::RocCurves{.title = title, .curves = lines}, caption);
  };
  std::vector<std::string> benchmarks;
  if (const auto* run = any_run(groups))
    if (const auto last = last_evaluation(*run))
      for (const auto& benchmark : last->benchmarks) benchmarks.push_back(benchmark.name);
  for (const auto& name : benchmarks)
    draw_roc(fmt::format("{}, global model", name), "Verification of people whom no client has.",
             [&name](const run::Evaluation& last) {
               const auto* benchmark = run::benchmark_of(last, name);
               return benchmark == nullptr ? std::vector<eval::OperatingPoint>() : benchmark->scores.roc;
             });
  draw_roc("Clients' own people, own models", "Mean over clients and seeds.",
           [](const run::Evaluation& last) { return eval::mean_roc(last.own); });
  draw_roc("Clients' own people, global model", "Mean over clients and seeds.",
           [](const run::Evaluation& last) { return eval::mean_roc(last.global); });
  auto cmc = group_lines(groups, [](const RunRecord& run) {
    const auto last = last_evaluation(run);
    return last ? cmc_series("", last->own.empty() ? last->global : last->own)
                : Series{.name = {}, .x = {}, .y = {}};
  });
  without_error_bars(cmc);
  if (!cmc.empty())
    text += sketches.figure(
        run::Lines{.title = "Cumulative match, own models", .x = "rank", .y = "probes found", .lines = cmc},
        "Share of a client's test images whose person is among the first ranks of its gallery.");
  return text;
}

std::string client_figures(Sketches& sketches, const std::vector<CellGroup>& groups) {
  const auto* first = any_run(groups);
  if (first == nullptr) return "";
  std::string text;
  for (const bool own : {true, false}) {
    run::Distributions picture{.title = own ? "Clients, own models" : "Clients, global model",
                               .rate = shown_tar(first->options),
                               .groups = {}};
    for (const auto& group : groups) {
      std::vector<double> values;
      for (const auto* run : group.runs)
        if (const auto last = last_evaluation(*run)) {
          const auto rates = client_rates(own ? last->own : last->global, shown_far(first->options));
          values.insert(values.end(), rates.begin(), rates.end());
        }
      if (!values.empty())
        picture.groups.push_back({group.name, std::move(values), run::nth_colour(picture.groups.size())});
    }
    if (!picture.groups.empty())
      text += sketches.figure(picture,
                              "A dot is a client of one run, the line is the mean over clients and seeds.");
  }
  return text;
}

std::string time_figures(Sketches& sketches, const std::vector<CellGroup>& groups) {
  std::vector<std::string> names;
  std::vector<std::map<std::string, double>> phases;
  run::StackedBars idle{.title = "Idle", .unit = "% of training time", .bars = {}, .parts = {{"idle", {}}}};
  for (const auto& group : groups) {
    std::map<std::string, double> sums;
    double idle_sum = 0;
    double rounds = 0;
    for (const auto* run : group.runs)
      for (const auto& round : run->metrics.rounds) {
        for (const auto& [phase, seconds] : round.phases) sums[phase] += seconds;
        idle_sum += round.idle_share;
        ++rounds;
      }
    if (rounds == 0) continue;
    for (auto& [phase, seconds] : sums) seconds /= rounds;
    names.push_back(group.name);
    phases.push_back(std::move(sums));
    idle.parts.front().values.push_back(100 * idle_sum / rounds);
  }
  if (names.empty()) return "";
  idle.bars = names;
  return sketches.figure(phase_bars("Time of a round", names, phases),
                         "Seconds of the slowest rank in each phase, mean over rounds and seeds.") +
         sketches.figure(idle, "Share of the ranks' training time spent waiting for the slowest.");
}

}  // namespace fedfr::report
