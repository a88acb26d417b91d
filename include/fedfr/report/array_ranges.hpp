#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace fedfr::report {

/// Ascending numbers as sbatch takes them for an array: "0-2,5" for 0, 1, 2 and 5.
std::string array_ranges(const std::vector<std::size_t>& indices);

}  // namespace fedfr::report
