#pragma once
#include <span>
#include <string>
#include <utility>

#include "fedfr/report/sweep.hpp"

namespace fedfr::report {

/// Names and values as one part of a path that is fit for any system: "lr-0.1_seed-2". A hash of the exact
/// text follows where values had to be altered or the name is long.
std::string file_name_of(std::span<const std::pair<std::string, std::string>> settings);

/// Refuses a sweep that would do one thing twice, or two things in one place.
/// @throws UsageError naming two cells whose options are equal, or two whose files or datasets would have one
/// name where file systems do not tell upper from lower case
void check_distinct(const Sweep& sweep);

}  // namespace fedfr::report
