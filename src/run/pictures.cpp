#include "fedfr/run/pictures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "gnuplot.hpp"

namespace fedfr::run {

namespace {

constexpr std::array<std::string_view, 8> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#56B4E9", "#E69F00", "#000000", "#7F7F7F"};

std::string_view hex(Colour colour) { return kColours[static_cast<std::size_t>(colour)]; }

/// A gnuplot string in which no character has a meaning.
std::string literal(std::string_view text) {
  std::string inside;
  for (const char character : text) {
    inside += character == '\n' ? ' ' : character;
    if (character == '\'') inside += '\'';
  }
  return "'" + inside + "'";
}

std::string preamble(const std::filesystem::path& png, int width, int height) {
  return fmt::format(
      "# Change what you like and draw again: gnuplot {}.gp\n"
      "set terminal pngcairo enhanced size {},{} background '#FFFFFF' font 'DejaVu Sans,10' "
      "fontscale 2 linewidth 2 pointscale 1.6\n"
      "set output {}\n"
      "set encoding utf8\n"
      "set border 3 linecolor '#555555'\n"
      "set tics nomirror out scale 0.6 textcolor '#333333'\n"
      "set grid linetype 1 linecolor '#E4E4E4' linewidth 0.6\n"
      "set lmargin 11\nset rmargin 4\nset xlabel textcolor '#333333'\nset ylabel textcolor '#333333'\n"
      "set key tmargin center horizontal Left reverse noenhanced samplen 2.5 spacing 1.25 width 1 "
      "textcolor '#333333'\n",
      png.stem().string(), width, height, literal(png.filename().string()));
}

/// The title of a picture is that of a page of panels, which gnuplot puts above the legend.
std::string title(std::string_view text, int panels) {
  return fmt::format("set multiplot layout {},1 title {} noenhanced font ',12'\n", panels, literal(text));
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.7g}", value) : "NaN"; }

/// A named block of data in the script, so that script and picture are all there is to keep.
std::string data_block(std::string_view name, const Series& series, double scale) {
  if (series.x.size() != series.y.size())
    throw UsageError("the line '{}' of a picture has {} places and {} values", series.name, series.x.size(),
                     series.y.size());
  std::string block = fmt::format("${} << END\n", name);
  for (std::size_t i = 0; i < series.x.size(); ++i)
    block += fmt::format("{} {}\n", number(series.x[i]), number(scale * series.y[i]));
  return block + "END\n";
}

std::string line_style(Colour colour, bool dashed) {
  return fmt::format("linecolor '{}' linewidth 2 dashtype {}", hex(colour), dashed ? "(6,4)" : "solid");
}

bool has_points(const std::vector<Series>& lines) {
  return std::ranges::any_of(lines, [](const Series& line) {
    return std::ranges::any_of(line.y, [](double value) { return std::isfinite(value); });
  });
}

/// Data blocks and one plot command.
/// @param prefix  tells apart the blocks of the panels of a picture
std::string plot(std::string_view prefix, const std::vector<Series>& lines, const std::vector<Level>& levels,
                 double scale, bool with_points) {
  std::string blocks;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto name = fmt::format("{}{}", prefix, i);
    blocks += data_block(name, lines[i], scale);
    parts.push_back(
        fmt::format("${} using 1:2 with {} {} title {}", name,
                    with_points ? fmt::format("linespoints pointtype {} ", 4 + i % 4 * 2 + 1) : "lines",
                    line_style(lines[i].colour, lines[i].dashed), literal(lines[i].name)));
  }
  for (const auto& level : levels)
    parts.push_back(fmt::format("{} with lines {} title {}", number(scale * level.y),
                                line_style(level.colour, true), literal(level.name)));
  return fmt::format("{}plot {}\n", blocks, fmt::join(parts, ", \\\n     "));
}

/// From the smallest to the largest place of any line.
std::string logarithmic_range(const std::vector<Series>& lines) {
  double low = 1, high = 0;
  for (const auto& line : lines)
    for (const double place : line.x) {
      low = std::min(low, place);
      high = std::max(high, place);
    }
  return fmt::format("set logscale x\nset format x '10^{{%T}}'\nset mxtics 10\nset xrange [{}:{}]\n",
                     number(low), number(high));
}

/// A range of percent around the values with room above them, not beyond 0 to 100.
std::string percent_range(const std::vector<Series>& lines, const std::vector<Level>& levels) {
  double low = 1, high = 0;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& line : lines)
    for (const double value : line.y) include(value);
  for (const auto& level : levels) include(level.y);
  const double margin = std::max(0.01, 0.08 * (high - low));
  return fmt::format("set yrange [{}:{}]\nset format y '%g %%'\n", number(100 * std::max(0.0, low - margin)),
                     number(100 * std::min(1.0, high + margin)));
}

void require(bool holds, std::string_view picture) {
  if (!holds) throw UsageError("there is nothing to draw for the picture '{}'", picture);
}

/// Upright names for as long as they fit beside each other.
std::string_view name_tics(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const auto& name : names) longest = std::max(longest, name.size());
  return names.size() * (longest + 2) <= 80 ? "set xtics norotate noenhanced\n"
                                            : "set xtics rotate by -90 noenhanced\n";
}

/// A field of a data block, which has no way to write a double quote.
std::string field(std::string text) {
  std::ranges::replace(text, '"', '\'');
  std::ranges::replace(text, '\n', ' ');
  return '"' + text + '"';
}

std::string bar_data(const ClientBars& picture) {
  const auto every = (picture.clients.size() + 39) / 40;  // more names do not fit
  std::string block = "$bars << END  # client global personalised\n";
  for (std::size_t c = 0; c < picture.clients.size(); ++c)
    block += fmt::format("{} {} {}\n", field(c % every == 0 ? picture.clients[c] : ""),
                         number(100 * picture.global[c]), number(100 * picture.personalised[c]));
  return block + "END\n";
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

}  // namespace

namespace {

/// Rounds are whole numbers; gnuplot's own ticks are too once there are many.
std::string whole_ticks(const std::vector<Series>& lines) {
  constexpr double few = 12;
  double largest = 0;
  for (const auto& line : lines)
    for (const double x : line.x) largest = std::max(largest, x);
  return largest <= few ? "set xtics 1\n" : "";
}

}  // namespace

bool draw(const LearningCurve& picture, const std::filesystem::path& png) {
  require(has_points(picture.rates), picture.title);
  const bool with_losses = has_points(picture.losses);
  std::string script = preamble(png, 1800, with_losses ? 1800 : 1000) +
                       title(picture.title, with_losses ? 2 : 1) + "set xlabel 'round'\nset ylabel 'rate'\n" +
                       whole_ticks(picture.rates) + percent_range(picture.rates, picture.levels) +
                       plot("rates", picture.rates, picture.levels, 100, true);
  if (with_losses)
    script += "set ylabel 'loss'\nset format y '%g'\nset yrange [0:*]\n" +
              plot("losses", picture.losses, {}, 1, true);
  return run_gnuplot(script, png);
}

bool draw(const RocCurves& picture, const std::filesystem::path& png) {
  require(has_points(picture.curves), picture.title);
  const auto script = preamble(png, 1600, 1300) + title(picture.title, 1) +
                      logarithmic_range(picture.curves) +
                      "set xlabel 'false accept rate'\nset ylabel 'true accept rate'\n" +
                      percent_range(picture.curves, {}) + plot("curve", picture.curves, {}, 100, false);
  return run_gnuplot(script, png);
}

bool draw(const ClientBars& picture, const std::filesystem::path& png) {
  require(!picture.clients.empty(), picture.title);
  if (picture.global.size() != picture.clients.size() ||
      picture.personalised.size() != picture.clients.size())
    throw UsageError("the picture '{}' has {} clients, {} global and {} personalised values", picture.title,
                     picture.clients.size(), picture.global.size(), picture.personalised.size());
  const auto level = [](double share, std::string_view name, Colour colour) {
    return fmt::format("{} with lines {} title {}", number(100 * share), line_style(colour, true),
                       literal(fmt::format("{}: mean {:.1f} %", name, 100 * share)));
  };
  const auto script =
      preamble(png, 1800, 1000) + title(picture.title, 1) +
      "set style data histogram\nset style histogram clustered gap 1\nset style fill solid noborder\n"
      "set grid noxtics\nset xlabel 'client'\nset yrange [0:100]\nset "
      "format y '%g %%'\n" +
      fmt::format("{}set ylabel {} noenhanced\n", name_tics(picture.clients), literal(picture.rate)) +
      bar_data(picture) +
      fmt::format(
          "plot $bars using 2:xtic(1) linecolor '{}' title 'global model', \\\n"
          "     $bars using 3 linecolor '{}' title 'own model', \\\n     {}, \\\n     {}\n",
          hex(Colour::sky), hex(Colour::vermillion), level(mean(picture.global), "global", Colour::blue),
          level(mean(picture.personalised), "own", Colour::black));
  return run_gnuplot(script, png);
}

}  // namespace fedfr::run
