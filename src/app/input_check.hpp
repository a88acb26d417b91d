#pragma once
#include <optional>

#include "fedfr/eval/probe/input_report.hpp"
#include "startup.hpp"

namespace fedfr::app {

/// Looks whether the images of a dataset lie as a model expects them. Collective.
/// @returns nothing where there is nobody to compare
std::optional<eval::InputReport> check_input(const Startup& startup, const fl::GlobalModel& model,
                                             const data::Dataset& dataset);

/// The same of the data of a run that begins with given weights, told to the user. Collective.
void check_input_of_run(const Startup& startup, const fl::GlobalModel& start, run::Console& console);

}  // namespace fedfr::app
