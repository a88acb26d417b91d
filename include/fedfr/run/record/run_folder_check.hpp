#pragma once
#include "fedfr/run/options/options.hpp"

namespace fedfr::run {

/// Refuses an output that is no place for a run, before any rank starts work: a file, a folder in a dataset,
/// a folder that holds other things. A new folder is fine, and so are an empty one, a run, and one with logs
/// and job files beside it.
/// @throws UsageError naming file and line, the folder and what is in the way
void check_output(const Configuration& configuration);

}  // namespace fedfr::run
