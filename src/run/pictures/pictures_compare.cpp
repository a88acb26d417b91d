// The pictures that compare runs: lines of any quantity, bars of parts, dots of single values.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "fedfr/core/error.hpp"
#include "fedfr/run/pictures/pictures.hpp"
#include "gnuplot.hpp"
#include "gnuplot_script.hpp"

namespace fedfr::run {

namespace {

/// Places of their own for the few values that an option was given.
std::string ticks_at_the_places(const std::vector<Series>& lines) {
  std::set<double> at;
  for (const auto& line : lines) at.insert(line.x.begin(), line.x.end());
  std::vector<std::string> ticks;
  for (const double place : at) ticks.push_back(fmt::format("'{:g}' {}", place, number(place)));
  constexpr double far_apart = 4;
  const auto [low, high] = places(lines);
  const bool logarithmic = low > 0 && high >= far_apart * low;
  const double room = logarithmic ? std::pow(high / low, 0.06) : 0.06 * std::max(high - low, 1e-9);
  return fmt::format("{}set xtics ({})\nset xrange [{}:{}]\n", logarithmic ? "set logscale x\n" : "",
                     fmt::join(ticks, ", "), number(logarithmic ? low / room : low - room),
                     number(logarithmic ? high * room : high + room));
}

/// Dots of a column beside each other, so that equal values are seen as several.
double beside(std::size_t column, std::size_t index) {
  constexpr std::size_t lanes = 7;
  constexpr double apart = 0.07;
  return static_cast<double>(column) + apart * (static_cast<double>(index * 3 % lanes) - lanes / 2);
}

}  // namespace

std::optional<std::string> draw(const Lines& picture, const std::filesystem::path& file) {
  require_something(has_points(picture.lines), picture.title);
  const bool few_points =
      std::ranges::all_of(picture.lines, [](const Series& s) { return s.x.size() <= 30; });
  auto script = preamble(file, 1800, 1200) + title(picture.title, 1) +
                fmt::format("set xlabel {} noenhanced\nset ylabel {} noenhanced\n", literal(picture.x),
                            literal(picture.y));
  script += picture.ticks_at_the_places ? ticks_at_the_places(picture.lines) : whole_ticks(picture.lines);
  script += picture.rates ? percent_range(picture.lines, {}) : "set yrange [0:*]\n";
  return run_gnuplot(script + plot("line", picture.lines, {}, picture.rates ? 100 : 1, few_points), file);
}

std::optional<std::string> draw(const StackedBars& picture, const std::filesystem::path& file) {
  require_something(!picture.bars.empty() && !picture.parts.empty(), picture.title);
  std::string block = "$bars << END\n";
  for (std::size_t bar = 0; bar < picture.bars.size(); ++bar) {
    block += field(picture.bars[bar]);
    for (const auto& part : picture.parts) block += ' ' + number(part.values.at(bar));
    block += '\n';
  }
  std::vector<std::string> plots;
  for (std::size_t part = 0; part < picture.parts.size(); ++part)
    plots.push_back(fmt::format("{} using {}{} linecolor '{}' title {}", part == 0 ? "$bars" : "''", part + 2,
                                part == 0 ? ":xtic(1)" : "", hex(nth_colour(part)),
                                literal(picture.parts[part].name)));
  return run_gnuplot(
      preamble(file, 1800, 1200) + title(picture.title, 1) +
          "set style data histogram\nset style histogram rowstacked\nset style fill solid noborder\n"
          "set boxwidth 0.7\nset grid noxtics\nset yrange [0:*]\n" +
          fmt::format("{}set ylabel {} noenhanced\n{}END\nplot {}\n", name_tics(picture.bars, file),
                      literal(picture.unit), block, fmt::join(plots, ", \\\n     ")),
      file);
}

std::optional<std::string> draw(const Distributions& picture, const std::filesystem::path& file) {
  require_something(!picture.groups.empty(), picture.title);
  std::string blocks;
  std::vector<std::string> ticks, plots, names;
  for (std::size_t g = 0; g < picture.groups.size(); ++g) {
    const auto& group = picture.groups[g];
    blocks += fmt::format("$group{} << END\n", g);
    for (std::size_t i = 0; i < group.values.size(); ++i)
      blocks += fmt::format("{} {}\n", number(beside(g, i)), number(100 * group.values[i]));
    const double centre = 100 * mean(group.values);
    blocks += fmt::format("END\n$mean{} << END\n{} {}\n{} {}\nEND\n", g, static_cast<double>(g) - 0.35,
                          number(centre), static_cast<double>(g) + 0.35, number(centre));
    names.push_back(group.name);
    ticks.push_back(fmt::format("{} {}", tick(group.name), g));
    plots.push_back(fmt::format("$group{} with points pointtype 7 pointsize 0.6 linecolor '{}' notitle", g,
                                hex(group.colour)));
    plots.push_back(fmt::format("$mean{} with lines {} notitle", g, line_style(Colour::black, false)));
  }
  return run_gnuplot(preamble(file, 1800, 1200) + title(picture.title, 1) +
                         fmt::format("{}set xtics ({})\nset xrange [-0.6:{}]\nset yrange [0:100]\n"
                                     "set format y '%g %%'\nset ylabel {} noenhanced\nset grid noxtics\n"
                                     "{}plot {}\n",
                                     name_tics(names, file), fmt::join(ticks, ", "),
                                     static_cast<double>(picture.groups.size()) - 0.4, literal(picture.rate),
                                     blocks, fmt::join(plots, ", \\\n     ")),
                     file);
}

}  // namespace fedfr::run
