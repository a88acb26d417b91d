#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedfr/eval/gallery_search.hpp"
#include "fedfr/eval/identification.hpp"
#include "fedfr/eval/interval.hpp"
#include "fedfr/eval/verification.hpp"

/// The results of every protocol in one form, for tables, CSV, LaTeX and comparisons.
namespace fedfr::eval {

/// One number of a table, a share in [0, 1] or the difference of two.
struct Figure {
  std::string name;               ///< "accuracy", "TAR@FAR=1e-3", "rank 1", "TPIR@FPIR=1e-2"
  double value = kUndefined;      ///< undefined where the trials cannot resolve it
  double deviation = kUndefined;  ///< over the folds
  Interval interval{};
  bool is_difference = false;  ///< shown with its sign
  std::string trials{};        ///< what it was measured on: "3,000 impostor pairs"
};

/// The figures of one model on one dataset.
struct FigureList {
  std::string dataset;
  std::string model;
  std::vector<Figure> figures;
};

/// Accuracy, then TAR at each FAR.
std::vector<Figure> figures_of(const VerificationScores& scores);
/// Ranks 1, 5 and 10, then TPIR at each FPIR.
std::vector<Figure> figures_of(const IdentificationScores& scores);
/// The mean over clients of each figure, its worst decile, standard deviation and Gini coefficient.
/// @param of_means  intervals of the means, in their order, or none
std::vector<Figure> figures_of(const PersonalisedSummary& summary, std::span<const Interval> of_means = {});

/// TAR at each FAR, or TPIR at each FPIR.
/// @param rate    "TAR@FAR" or "TPIR@FPIR"
/// @param trials  "impostor pairs" or "non-mated probes"
std::vector<Figure> figures_of(std::span<const OperatingPoint> points, const std::string& rate,
                               const std::string& trials);

/// 0.001 as "1e-3".
std::string rate_name(double rate);
/// 10000 as "10,000".
std::string grouped(std::int64_t number);

/// Digits behind the point of a percentage that mean something: those of half its interval, of which two are
/// kept up to 3.54 and one beyond, as the Particle Data Group rounds (Review of Particle Physics, section
/// 5.3). Two where nothing is known.
int significant_decimals(const Interval& interval);

/// For a terminal: a line each, with interval and trials, and a heading for each list.
std::string figure_table(std::span<const FigureList> lists);

/// "dataset,model,figure,value,low,high,deviation,trials", all digits; what is undefined is empty.
std::string figure_csv(std::span<const FigureList> lists);

/// Tables in the style of the package booktabs, one for each kind of figures: a line a dataset and model,
/// percent with the 95 % interval. What LaTeX reads as a command is escaped.
std::string figure_latex(std::span<const FigureList> lists);

}  // namespace fedfr::eval
