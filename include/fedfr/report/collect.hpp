#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fedfr/report/cell_status.hpp"

namespace fedfr::report {

/// One flat object a cell: its axes, state and, as far as it came, figures of the last evaluation, seconds by
/// phase, idle share, images/s, model hash. Figures that are not defined are null.
nlohmann::ordered_json collect(const Sweep& sweep, const std::vector<CellStatus>& cells);

/// The objects of a list as CSV, with a column for every name that any of them has, in the order of their
/// first appearance.
std::string csv(const nlohmann::ordered_json& rows);

}  // namespace fedfr::report
