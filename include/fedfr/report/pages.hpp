#pragma once
#include <string>
#include <vector>

#include "fedfr/report/cell_status.hpp"

namespace fedfr::report {

/// One self-contained HTML page about a run: results, pictures, clients, options.
/// @throws DataError if the run has no evaluation and no round to show
std::string run_page(const RunRecord& run);

/// The same about the cells of a sweep, as far as they came.
std::string sweep_page(const Sweep& sweep, const std::vector<CellStatus>& cells);

}  // namespace fedfr::report
