#pragma once
#include "startup.hpp"

namespace fedfr::app {

/// Prints the resolved options, which rank trains which clients, and what a round takes of memory and
/// traffic.
void print_dry_run(const Startup& startup, const fl::GlobalModel& model, run::Console& console);

}  // namespace fedfr::app
