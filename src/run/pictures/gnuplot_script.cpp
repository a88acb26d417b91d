// Scripts are text that gnuplot runs, so every name that enters one passes through `literal`, `tick` or
// `field`: names come from folders and options, and gnuplot knows `system(...)`.
#include "gnuplot_script.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::run {

namespace {

// In the order of Colour.
constexpr std::array<std::string_view, 8> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#56B4E9", "#E69F00", "#000000", "#7F7F7F"};

std::string doubled(std::string_view text, char special) {
  std::string result;
  for (const char character : text) result.append(character == special ? 2 : 1, character);
  return result;
}

bool is_scalable(const std::filesystem::path& picture) { return picture.extension() == ".svg"; }

void check_lengths(const Series& series) {
  if (series.x.size() != series.y.size() || series.low.size() != series.high.size() ||
      (!series.low.empty() && series.low.size() != series.x.size()))
    throw UsageError("the line '{}' of a picture has {} places, {} values and {} error bars", series.name,
                     series.x.size(), series.y.size(), series.low.size());
}

/// A named block of data in the script, so that script and picture are all there is to keep.
std::string data_block(std::string_view name, const Series& series, double scale) {
  check_lengths(series);
  std::string block = fmt::format("${} << END\n", name);
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    block += fmt::format("{} {}", number(series.x[i]), number(scale * series.y[i]));
    if (!series.low.empty())
      block += fmt::format(" {} {}", number(scale * series.low[i]), number(scale * series.high[i]));
    block += '\n';
  }
  return block + "END\n";
}

std::string drawn_with(const Series& series, std::size_t index, bool with_points) {
  const auto points = fmt::format(" pointtype {} ", 4 + index % 4 * 2 + 1);
  if (!series.low.empty()) return "1:2:3:4 with yerrorlines" + points;
  return with_points ? "1:2 with linespoints" + points : "1:2 with lines";
}

}  // namespace

Colour nth_colour(std::size_t index) { return static_cast<Colour>(index % kColours.size()); }

std::string_view hex(Colour colour) { return kColours[static_cast<std::size_t>(colour)]; }

std::string literal(std::string_view text) { return '\'' + doubled(printable(text), '\'') + '\''; }

std::string tick(std::string_view name) { return literal(doubled(name, '%')); }

std::string preamble(const std::filesystem::path& picture, int width, int height) {
  // Pictures of a page have one width and scale with it, down to that of a phone.
  constexpr int page_width = 600;
  const bool scales = picture.extension() == ".svg";
  const auto terminal = scales
                            ? fmt::format("svg enhanced dynamic size {},{} font 'DejaVu Sans,14'", page_width,
                                          page_width * height / width)
                            : fmt::format(
                                  "pngcairo enhanced size {},{} background '#FFFFFF' font 'DejaVu Sans,10' "
                                  "fontscale 2 linewidth 2 pointscale 1.6",
                                  width, height);
  return fmt::format(
      "# Change what you like and draw again: gnuplot -d {}.gp\n"
      "set terminal {}\n"
      "set output {}\n"
      "set encoding utf8\n"
      "set border 3 linecolor '#555555'\n"
      "set tics nomirror out scale 0.6 textcolor '#333333'\n"
      "set grid linetype 1 linecolor '#E4E4E4' linewidth 0.6\n"
      "set lmargin {}\nset rmargin 4\nset xlabel textcolor '#333333'\nset ylabel textcolor '#333333'\n"
      "set key tmargin center horizontal Left reverse noenhanced samplen {} spacing 1.25 width 1 "
      "textcolor '#333333'\n",
      printable(picture.stem().string()), terminal, literal(picture.filename().string()), scales ? 9 : 11,
      scales ? "1.5 font ',12'" : "2.5");
}

std::string title(std::string_view text, int panels) {
  return fmt::format("set multiplot layout {},1 title {} noenhanced font ',12'\n", panels, literal(text));
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.7g}", value) : "NaN"; }

std::string line_style(Colour colour, bool dashed) {
  return fmt::format("linecolor '{}' linewidth 2 dashtype {}", hex(colour), dashed ? "(6,4)" : "solid");
}

bool has_points(const std::vector<Series>& lines) {
  return std::ranges::any_of(lines, [](const Series& line) {
    return std::ranges::any_of(line.y, [](double value) { return std::isfinite(value); });
  });
}

std::string plot(std::string_view prefix, const std::vector<Series>& lines, const std::vector<Level>& levels,
                 double scale, bool with_points) {
  std::string blocks;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto name = fmt::format("{}{}", prefix, i);
    blocks += data_block(name, lines[i], scale);
    parts.push_back(fmt::format("${} using {} {} title {}", name, drawn_with(lines[i], i, with_points),
                                line_style(lines[i].colour, lines[i].dashed), literal(lines[i].name)));
  }
  for (const auto& level : levels)
    parts.push_back(fmt::format("{} with lines {} title {}", number(scale * level.y),
                                line_style(level.colour, true), literal(level.name)));
  return fmt::format("{}plot {}\n", blocks, fmt::join(parts, ", \\\n     "));
}

Extent places(const std::vector<Series>& lines) {
  Extent extent{.low = std::numeric_limits<double>::infinity(), .high = 0};
  for (const auto& line : lines)
    for (const double place : line.x) {
      extent.low = std::min(extent.low, place);
      extent.high = std::max(extent.high, place);
    }
  return extent.low <= extent.high ? extent : Extent{};
}

std::string logarithmic_range(const std::vector<Series>& lines) {
  const auto [low, high] = places(lines);
  return fmt::format("set logscale x\nset format x '10^{{%T}}'\nset mxtics 10\nset xrange [{}:{}]\n",
                     number(low), number(high));
}

std::string percent_range(const std::vector<Series>& lines, const std::vector<Level>& levels) {
  double low = 1, high = 0;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& line : lines)
    for (const auto* values : {&line.y, &line.low, &line.high})
      for (const double value : *values) include(value);
  for (const auto& level : levels) include(level.y);
  const double margin = std::max(0.01, 0.08 * (high - low));
  return fmt::format("set yrange [{}:{}]\nset format y '%g %%'\n", number(100 * std::max(0.0, low - margin)),
                     number(100 * std::min(1.0, high + margin)));
}

std::string whole_ticks(const std::vector<Series>& lines) {
  constexpr double few = 12;
  return places(lines).high <= few ? "set xtics 1\n" : "";
}

std::string_view name_tics(const std::vector<std::string>& names, const std::filesystem::path& picture) {
  std::size_t longest = 0;
  for (const auto& name : names) longest = std::max(longest, name.size());
  const std::size_t width = names.size() * (longest + 2);
  if (is_scalable(picture))
    return width <= 50 ? "set xtics norotate noenhanced\n" : "set xtics rotate by 30 right noenhanced\n";
  return width <= 80 ? "set xtics norotate noenhanced\n" : "set xtics rotate by -90 noenhanced\n";
}

std::string field(std::string_view text) {
  auto inside = doubled(printable(text), '\\');
  std::ranges::replace(inside, '"', '\'');
  return '"' + inside + '"';
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values)
    if (std::isfinite(value)) {
      sum += value;
      ++count;
    }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

void require_something(bool holds, std::string_view picture) {
  if (!holds) throw UsageError("there is nothing to draw for the picture '{}'", picture);
}

}  // namespace fedfr::run
