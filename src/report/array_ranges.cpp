#include "fedfr/report/array_ranges.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fedfr::report {

std::string array_ranges(const std::vector<std::size_t>& indices) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < indices.size();) {
    std::size_t end = begin;
    while (end + 1 < indices.size() && indices[end + 1] == indices[end] + 1) ++end;
    parts.push_back(begin == end ? std::to_string(indices[begin])
                                 : fmt::format("{}-{}", indices[begin], indices[end]));
    begin = end + 1;
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

}  // namespace fedfr::report
