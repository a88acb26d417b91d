#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace fedfr::eval {

/// Labels as numbers without gaps, in the order of their first occurrence.
struct NumberedPeople {
  std::vector<std::int32_t> numbers;
  std::int64_t count = 0;
};
NumberedPeople number_people(std::span<const std::int64_t> labels);

}  // namespace fedfr::eval
