// The page of a sweep: its cells beside each other, whatever state each is in.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fedfr/core/number_text.hpp"
#include "fedfr/report/curves.hpp"
#include "fedfr/report/html.hpp"
#include "fedfr/report/pages.hpp"
#include "page_parts.hpp"
#include "sweep_pictures.hpp"

namespace fedfr::report {

namespace {

html::Table cells_table(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  html::Table table;
  for (const auto& axis : sweep.file.axes) table.head.push_back(axis.name);
  table.head.insert(table.head.end(), {"state", "round", "seconds", "images/s", "idle, %"});
  std::vector<std::string> figure_names;
  for (const auto& cell : cells) {
    if (!cell.run || cell.run->evaluations.empty()) continue;
    for (const auto& [name, value] : cell.run->evaluations.back().figures) {
      const bool shown = !name.ends_with("/worst") && !name.ends_with("/best");
      if (shown && std::ranges::find(figure_names, name) == figure_names.end()) figure_names.push_back(name);
    }
  }
  for (const auto& name : figure_names) table.head.push_back(name + ", %");
  table.head.emplace_back("model hash");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::vector<std::string> row;
    for (const auto& [axis, value] : sweep.cells[i].axes) row.push_back(value);
    row.emplace_back(name(cells[i].state));
    const bool has_rounds = cells[i].run && !cells[i].run->metrics.rounds.empty();
    row.push_back(has_rounds ? std::to_string(cells[i].run->completed_rounds()) : "0");
    row.push_back(has_rounds ? fmt::format("{:.1f}", cells[i].run->seconds()) : "");
    row.push_back(has_rounds ? fmt::format("{:.0f}", cells[i].run->images_per_second()) : "");
    row.push_back(has_rounds ? fixed(100 * cells[i].run->idle_share(), 0) : "");
    const bool has_figures = cells[i].run && !cells[i].run->evaluations.empty();
    for (const auto& name : figure_names)
      row.push_back(has_figures ? percent(figure(cells[i].run->evaluations.back().figures, name)) : "");
    row.push_back(has_rounds ? cells[i].run->model_hash() : "");
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string configurations(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& cell = sweep.cells[i];
    text += html::details(
        cell.name, html::preformatted(cells[i].run ? cells[i].run->config : run::record(cell.options())));
  }
  return text;
}

/// What is missing from the page, and why.
std::string left_out(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::vector<std::string> problems;
    if (cells[i].problem) problems.emplace_back(cells[i].problem->what());
    if (cells[i].run) problems = unreadable_evaluations(*cells[i].run);
    for (const auto& problem : problems)
      text += html::paragraph(fmt::format("Left out of {}: {}", sweep.cells[i].name, problem));
  }
  return text;
}

std::string picture_section(const char* title, const std::string& pictures) {
  return pictures.empty() ? "" : html::section(title, figures(pictures));
}

}  // namespace

std::string sweep_page(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  const auto done = std::ranges::count(cells, RunState::done, &CellStatus::state);
  const auto groups = groups_of(sweep, cells);
  Sketches sketches;
  std::string text = html::section("Cells", html::table(cells_table(sweep, cells)) + left_out(sweep, cells));
  text += picture_section("Against the options", axis_figures(sketches, groups));
  text += picture_section("Learning", learning_figures(sketches, groups));
  text += picture_section("Recognition", curve_figures(sketches, groups));
  text += picture_section("Clients", client_figures(sketches, groups));
  text += picture_section("Time", time_figures(sketches, groups));
  text += html::section("Options of each cell", configurations(sweep, cells));
  return html::page(
      "Sweep " + sweep.paths.folder.string(),
      fmt::format("Base job {}; {} of {} cells are done.", sweep.file.job.string(), done, cells.size()),
      text);
}

}  // namespace fedfr::report
