#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/run/pictures/pictures.hpp"

/// Pieces of gnuplot scripts that the pictures share.
namespace fedfr::run {

std::string_view hex(Colour colour);

/// A gnuplot string in which no character has a meaning.
std::string literal(std::string_view text);

/// The same for the name of a tick, which gnuplot takes for a format of its number.
std::string tick(std::string_view name);

/// A field of a data block, where a backslash has a meaning and nothing stands for a double quote.
std::string field(std::string_view text);

/// A finite number, or NaN for gnuplot to leave a gap.
std::string number(double value);

/// Terminal, output and style.
/// @param picture  ends in .png or .svg
/// @param width    pixels of a PNG; an SVG scales with its page and has relatively larger text
std::string preamble(const std::filesystem::path& picture, int width, int height);

/// The title of a picture is that of a page of panels, which gnuplot puts above the legend.
std::string title(std::string_view text, int panels);

std::string line_style(Colour colour, bool dashed);

bool has_points(const std::vector<Series>& lines);

/// Data blocks and one plot command.
/// @param prefix  tells apart the blocks of the panels of a picture
std::string plot(std::string_view prefix, const std::vector<Series>& lines, const std::vector<Level>& levels,
                 double scale, bool with_points);

/// The smallest and the largest place of any line; (1, 0) without any.
struct Extent {
  double low = 1;
  double high = 0;
};
Extent places(const std::vector<Series>& lines);

/// A logarithmic axis from the smallest to the largest place of any line.
std::string logarithmic_range(const std::vector<Series>& lines);

/// A range of percent around the values with room above them, not beyond 0 to 100.
std::string percent_range(const std::vector<Series>& lines, const std::vector<Level>& levels);

/// Rounds and ranks are whole numbers; gnuplot's own ticks are too once there are many.
std::string whole_ticks(const std::vector<Series>& lines);

/// Upright names for as long as they fit beside each other.
std::string_view name_tics(const std::vector<std::string>& names, const std::filesystem::path& picture);

/// Of the values that are numbers; NaN without any.
double mean(const std::vector<double>& values);

/// @throws UsageError
void require_something(bool holds, std::string_view picture);

}  // namespace fedfr::run
