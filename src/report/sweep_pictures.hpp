#pragma once
#include <string>
#include <vector>

#include "fedfr/report/cell_status.hpp"
#include "fedfr/report/sketches.hpp"

namespace fedfr::report {

/// Cells that differ in nothing but seeds, and the runs among them that have results.
struct CellGroup {
  std::string name;  ///< the axes without seeds
  std::vector<std::pair<std::string, std::string>> axes;
  std::vector<const RunRecord*> runs;
};
std::vector<CellGroup> groups_of(const Sweep& sweep, const std::vector<CellStatus>& cells);

/// Accuracies, rates and times against each axis of several numbers, one line for each combination of the
/// others.
std::string axis_figures(Sketches& sketches, const std::vector<CellGroup>& groups);
std::string learning_figures(Sketches& sketches, const std::vector<CellGroup>& groups);
std::string curve_figures(Sketches& sketches, const std::vector<CellGroup>& groups);
std::string client_figures(Sketches& sketches, const std::vector<CellGroup>& groups);
std::string time_figures(Sketches& sketches, const std::vector<CellGroup>& groups);

}  // namespace fedfr::report
