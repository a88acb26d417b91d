#pragma once
#include "fedfr/run/record/console.hpp"
#include "fedfr/run/record/run_directory.hpp"

namespace fedfr::run {

/// Draws the learning curve, the ROC curves and the bars of the clients from what the run directory holds:
/// also after a resume, and again at any later time.
/// @throws DataError if metrics or evaluations cannot be read
void draw_run_pictures(const RunPaths& paths, Console& console);

}  // namespace fedfr::run
