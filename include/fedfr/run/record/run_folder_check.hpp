#pragma once
#include <filesystem>
#include <initializer_list>

#include "fedfr/run/options/options.hpp"

namespace fedfr::run {

/// Refuses an output that is no place for a run, before any rank starts work: a file, a folder in a dataset,
/// a folder that holds other things. A new folder is fine, and so are an empty one, a run, and one with logs
/// and job files beside it.
/// @throws UsageError naming file and line, the folder and what is in the way
void check_output(const Configuration& configuration);

/// Refuses a file for a result that would take the place of what people keep: of a file that is read for it,
/// of a part of a dataset, of a run's own file. An older result and a new name are fine, also within a run.
/// @throws UsageError naming the file and what it is; DataError if it could not be written
void check_result(const std::filesystem::path& output, std::initializer_list<std::filesystem::path> inputs);

}  // namespace fedfr::run
