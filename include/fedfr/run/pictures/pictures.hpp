#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fedfr/core/error.hpp"

/// Pictures of a run, drawn by the program gnuplot: as PNG in twice the usual resolution, or as SVG for
/// pages. The script with the data stays beside each picture (learning_curve.png: learning_curve.gp), so that
/// anybody can restyle it and draw it again.
namespace fedfr::run {

/// Distinguishable with any kind of colour vision (Okabe and Ito, 2008).
enum class Colour { blue, vermillion, green, purple, sky, orange, black, grey };

/// One line; values that are not numbers leave a gap. Rates are shares in [0, 1].
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  ///< as many as x
  Colour colour = Colour::blue;
  bool dashed = false;
  std::vector<double> low{};   ///< as many as x, or none: where an error bar begins
  std::vector<double> high{};  ///< and where it ends
};

/// A horizontal line to compare with, such as the pre-trained model's accuracy.
struct Level {
  std::string name;
  double y = 0;
  Colour colour = Colour::blue;
};

/// Rates against the round, and under them the terms of the loss.
struct LearningCurve {
  std::string title;
  std::vector<Series> rates;  ///< x: rounds
  std::vector<Level> levels;
  std::vector<Series> losses;  ///< x: rounds; without any there is no second panel
};

/// TAR against FAR, which is logarithmic, or TPIR against FPIR.
struct RocCurves {
  std::string title;
  std::vector<Series> curves;  ///< x: FAR in (0, 1], y: TAR
  std::string x = "false accept rate";
  std::string y = "true accept rate";
};

/// One rate of every client with the global model and with its own.
struct ClientBars {
  std::string title;
  std::string rate;  ///< for example "TAR at FAR 1e-3"
  std::vector<std::string> clients;
  std::vector<double> global;        ///< as many as clients
  std::vector<double> personalised;  ///< as many as clients
};

/// Lines of any quantity.
struct Lines {
  std::string title;
  std::string x;  ///< what it is
  std::string y;
  std::vector<Series> lines;
  bool rates = true;                 ///< shares to show as percent; else numbers from 0 on
  bool ticks_at_the_places = false;  ///< of x, which is then logarithmic where the places are far apart
};

/// How something divides into parts, a bar each.
struct StackedBars {
  std::string title;
  std::string unit;
  std::vector<std::string> bars;
  struct Part {
    std::string name;
    std::vector<double> values;  ///< as many as bars
  };
  std::vector<Part> parts;
};

/// The single values of several groups, a column of dots each, and their means.
struct Distributions {
  std::string title;
  std::string rate;  ///< shares to show as percent
  struct Group {
    std::string name;
    std::vector<double> values;
    Colour colour = Colour::blue;
  };
  std::vector<Group> groups;
};

/// The colours of several lines in their order; again from the first after the last.
Colour nth_colour(std::size_t index);

/// Writes the script and has gnuplot draw it. Where gnuplot is missing or fails, the script remains. Names
/// may have any bytes: none has a meaning for gnuplot, and those that cannot be shown are written as \xNN.
/// @param file  ends in .png or .svg; its folder is made
/// @return nothing, or why there is no picture
/// @throws UsageError if lists that belong together differ in length or there is nothing to draw
/// @throws DataError if the script cannot be written
std::optional<std::string> draw(const LearningCurve& picture, const std::filesystem::path& file);
std::optional<std::string> draw(const RocCurves& picture, const std::filesystem::path& file);
std::optional<std::string> draw(const ClientBars& picture, const std::filesystem::path& file);
std::optional<std::string> draw(const Lines& picture, const std::filesystem::path& file);
std::optional<std::string> draw(const StackedBars& picture, const std::filesystem::path& file);
std::optional<std::string> draw(const Distributions& picture, const std::filesystem::path& file);

/// The same for one of several pictures, which must not keep the others from being drawn: what `draw` throws
/// is returned as well.
template <class Picture>
std::optional<std::string> try_to_draw(const Picture& picture, const std::filesystem::path& file) {
  try {
    return draw(picture, file);
  } catch (const Error& e) {
    return e.what();
  }
}

}  // namespace fedfr::run
