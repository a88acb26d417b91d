#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Lines of lists, whatever stands between their columns.
namespace fedfr::data {

/// By tabs where there is one, else by commas (CSV), else by blanks; without blanks around each.
std::vector<std::string> columns_of(std::string_view line);

/// A finite number that is the whole text.
std::optional<float> finite_number(std::string_view text);

}  // namespace fedfr::data
