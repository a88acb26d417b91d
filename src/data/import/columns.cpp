#include "columns.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "fedfr/core/csv.hpp"
#include "fedfr/core/text.hpp"

namespace fedfr::data {

std::vector<std::string> columns_of(std::string_view line) {
  std::vector<std::string> columns;
  const bool has_tab = line.find('\t') != std::string_view::npos;
  if (!has_tab && line.find(',') != std::string_view::npos) {
    for (const auto& field : csv_fields(line)) columns.emplace_back(trim(field));
    return columns;
  }
  const std::string_view separators = has_tab ? "\t" : blanks;
  for (line = trim(line); !line.empty();) {
    const auto end = std::min(line.find_first_of(separators), line.size());
    if (const auto column = trim(line.substr(0, end)); !column.empty()) columns.emplace_back(column);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return columns;
}

std::optional<float> finite_number(std::string_view text) {
  float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace fedfr::data
