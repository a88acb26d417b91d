#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "fedfr/run/record/metrics_reader.hpp"

/// Reads what runs leave behind, and makes tables and pages of it.
namespace fedfr::report {

using run::NamedNumber;

/// One evaluation as named figures, shares in [0, 1]: `BENCHMARK/accuracy`, `BENCHMARK/TAR@0.01`,
/// `global/TAR@0.01/mean` (also worst and best; also of `own`, the clients' own models; also TPIR@0.1 and
/// rank1). Rates that there are too few impostors to measure are not among them.
struct EvaluationFigures {
  int round = 0;    ///< 0: the start
  double time = 0;  ///< seconds since the Unix epoch
  std::vector<NamedNumber> figures;
};

EvaluationFigures figures_of(const run::EvaluationEvent& evaluation);

/// @returns undefined (NaN) where there is no such figure
double figure(const std::vector<NamedNumber>& figures, std::string_view name);

/// The figure that stands for a whole evaluation: the first benchmark's accuracy, else the clients' mean TAR.
std::optional<NamedNumber> headline(const EvaluationFigures& evaluation);

}  // namespace fedfr::report
