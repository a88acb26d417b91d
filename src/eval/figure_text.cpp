#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "columns.hpp"
#include "fedfr/core/csv.hpp"
#include "fedfr/core/number_text.hpp"
#include "fedfr/eval/figures.hpp"

// Figures as text. People read percent with as many digits as mean something; programs get all of them.
namespace fedfr::eval {

namespace {

constexpr std::string_view kNotAvailable = "n/a";

/// One figure in percent, all of its parts rounded alike.
struct Rounded {
  std::string value, low, high, deviation;
};

Rounded rounded(const Figure& figure) {
  const int decimals = significant_decimals(figure.interval);
  const auto percent = [&](double share) {
    return figure.is_difference ? signed_fixed(100 * share, decimals) : fixed(100 * share, decimals);
  };
  Rounded text;
  text.value = std::isnan(figure.value) ? std::string(kNotAvailable) : percent(figure.value);
  if (!std::isnan(figure.value) && !std::isnan(figure.deviation)) text.deviation = percent(figure.deviation);
  if (!std::isnan(figure.value) && figure.interval.defined()) {
    text.low = percent(figure.interval.low);
    text.high = percent(figure.interval.high);
  }
  return text;
}

/// With all digits that a double has, so that reading it gives the same one.
std::string exact(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

std::string latex_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '\\':
        escaped += "\\textbackslash{}";
        break;
      case '~':
        escaped += "\\textasciitilde{}";
        break;
      case '^':
        escaped += "\\textasciicircum{}";
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        escaped += '\\';
        [[fallthrough]];
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string latex_cell(const Figure& figure) {
  if (std::isnan(figure.value)) return "--";
  const auto text = rounded(figure);
  std::string cell = text.value;
  if (!text.deviation.empty()) cell += fmt::format(" $\\pm$ {}", text.deviation);
  if (!text.low.empty()) cell += fmt::format(" [{}, {}]", text.low, text.high);
  return cell;
}

std::vector<std::string> names_of(const FigureList& list) {
  std::vector<std::string> names;
  for (const auto& figure : list.figures) names.push_back(figure.name);
  return names;
}

/// Lists with the same figures, which share a table.
std::string latex_table(std::span<const FigureList> lists) {
  std::vector<std::string> heads;
  for (const auto& name : names_of(lists.front())) heads.push_back(latex_text(name));
  std::string text =
      fmt::format("\\begin{{tabular}}{{ll{}}}\n  \\toprule\n  Dataset & Model & {} \\\\\n  \\midrule\n",
                  std::string(heads.size(), 'r'), fmt::join(heads, " & "));
  for (const auto& list : lists) {
    std::vector<std::string> cells;
    for (const auto& figure : list.figures) cells.push_back(latex_cell(figure));
    text += fmt::format("  {} & {} & {} \\\\\n", latex_text(list.dataset), latex_text(list.model),
                        fmt::join(cells, " & "));
  }
  return text + "  \\bottomrule\n\\end{tabular}\n";
}

}  // namespace

std::string figure_table(std::span<const FigureList> lists) {
  std::string text;
  for (const auto& list : lists) {
    Columns table(LastColumn::words);
    table.add({fmt::format("{}, {}", list.dataset, list.model), "%", "", "95 % interval", "of"});
    for (const auto& figure : list.figures) {
      const auto parts = rounded(figure);
      table.add({figure.name, parts.value, parts.deviation.empty() ? "" : "± " + parts.deviation,
                 parts.low.empty() ? "" : fmt::format("{} to {}", parts.low, parts.high), figure.trials});
    }
    text += table.text() + "\n";
  }
  return text;
}

std::string figure_csv(std::span<const FigureList> lists) {
  std::string text = "dataset,model,figure,value,low,high,deviation,trials\n";
  for (const auto& list : lists)
    for (const auto& figure : list.figures)
      text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(list.dataset), csv_field(list.model),
                          csv_field(figure.name), exact(figure.value), exact(figure.interval.low),
                          exact(figure.interval.high), exact(figure.deviation), csv_field(figure.trials));
  return text;
}

std::string figure_latex(std::span<const FigureList> lists) {
  std::string text = "% needs \\usepackage{booktabs}; percent, in brackets the 95 % interval over people\n";
  for (std::size_t begin = 0; begin < lists.size();) {
    std::size_t end = begin + 1;
    while (end < lists.size() && names_of(lists[end]) == names_of(lists[begin])) ++end;
    text += latex_table(lists.subspan(begin, end - begin));
    begin = end;
  }
  return text;
}

}  // namespace fedfr::eval
