#include "fedfr/report/collect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fedfr/core/csv.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/core/utf8.hpp"

// A sweep as one flat table for other programs. Columns are those that any cell has, whose figures follow
// from its own options; a figure that a cell does not have is empty, never 0.
namespace fedfr::report {

using Json = nlohmann::ordered_json;

namespace {

/// "global/TAR@0.01/mean" as "global_TAR_at_0.01_mean", which every tool takes as the name of a column.
std::string column_name(std::string_view figure) {
  std::string name;
  for (const char c : figure) {
    if (c == '@')
      name += "_at_";
    else
      name += c == '/' || c == ' ' ? '_' : c;
  }
  return name;
}

void add_run(Json& row, const RunRecord& run) {
  row["completed_rounds"] = run.completed_rounds();
  row["model_hash"] = run.model_hash();
  if (!run.evaluations.empty()) {
    const auto& last = run.evaluations.back();
    row["evaluated_round"] = last.round;
    for (const auto& [name, value] : last.figures) row[column_name(name)] = value;
  }
  if (run.metrics.rounds.empty()) return;
  row["ranks"] = run.metrics.rounds.back().ranks;
  row["images"] = run.images();
  row["images_per_second"] = run.images_per_second();
  row["idle_share"] = run.idle_share();
  row["seconds"] = run.seconds();
  std::map<std::string, double> phases;
  for (const auto& round : run.metrics.rounds)
    for (const auto& [phase, seconds] : round.phases) phases[phase] += seconds;
  for (const auto& [phase, seconds] : phases) row[column_name("seconds " + phase)] = seconds;
}

std::string cell_text(const Json& row, const std::string& column) {
  if (!row.contains(column) || row.at(column).is_null()) return "";
  const auto& value = row.at(column);
  if (value.is_number_float() && !std::isfinite(value.get<double>())) return "";
  return csv_field(value.is_string() ? value.get<std::string>() : json_text(value));
}

}  // namespace

Json collect(const Sweep& sweep, const std::vector<CellStatus>& cells) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = sweep.cells[i];
    Json row = {{"cell", cell.name}};
    for (const auto& [axis, value] : cell.axes) row[axis] = printable(value);
    row["seed"] = cell.options().seed;
    row["state"] = std::string(name(cells[i].state));
    if (cells[i].problem) row["problem"] = printable(cells[i].problem->what());
    if (cells[i].run) add_run(row, *cells[i].run);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string csv(const Json& rows) {
  std::vector<std::string> columns;
  for (const auto& row : rows)
    for (const auto& [name, value] : row.items())
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
  std::string text;
  for (const auto& column : columns) text += (text.empty() ? "" : ",") + csv_field(column);
  text += '\n';
  for (const auto& row : rows) {
    std::string line;
    for (const auto& column : columns)
      line += (&column == columns.data() ? "" : ",") + cell_text(row, column);
    text += line + '\n';
  }
  return text;
}

}  // namespace fedfr::report
