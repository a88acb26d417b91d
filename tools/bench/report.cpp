#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fedfr/core/json.hpp"
#include "fedfr/core/version.hpp"

// A benchmark's result as a table and as JSON. A ratio of 1 is the bound whether more or less is better.
namespace fedfr::bench {

namespace {

bool smaller_is_better(const std::string& unit) { return unit == "s" || unit == "ms" || unit == "MB"; }

/// Four digits that count, and no exponent.
std::string figure(double value) {
  if (value == 0) return "0";
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const int digits = std::clamp(3 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 6);
  return fmt::format("{:.{}f}", value, digits);
}

}  // namespace

double ratio(const Row& row) {
  if (row.bound.empty() || row.value <= 0 || row.limit <= 0) return 0;
  return smaller_is_better(row.unit) ? row.limit / row.value : row.value / row.limit;
}

std::string Report::table() const {
  std::string text = "# " + benchmark_;
  for (const auto& [name, value] : settings_.items())
    text += fmt::format("  {} {}", name, value.is_string() ? value.get<std::string>() : json_text(value));
  std::size_t widest = 0;
  for (const auto& row : rows_) widest = std::max(widest, row.what.size());
  for (const auto& row : rows_) {
    text += fmt::format("\n{:<{}}  {:>10} {:<9}", row.what, widest, figure(row.value), row.unit);
    if (!row.bound.empty())
      text +=
          fmt::format("  ratio {:5.2f} of {} {} ({})", ratio(row), figure(row.limit), row.unit, row.bound);
    if (!row.note.empty()) text += "  " + row.note;
  }
  return text + "\n";
}

nlohmann::json Report::json() const {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& row : rows_) {
    nlohmann::json entry = {{"what", row.what}, {"value", row.value}, {"unit", row.unit}};
    if (!row.bound.empty()) entry.update({{"bound", row.bound}, {"limit", row.limit}, {"ratio", ratio(row)}});
    if (!row.note.empty()) entry["note"] = row.note;
    rows.push_back(std::move(entry));
  }
  return {{"benchmark", benchmark_},
          {"settings", settings_},
          {"rows", rows},
          {"fedfr", {{"version", version()}, {"commit", commit()}}}};
}

}  // namespace fedfr::bench
