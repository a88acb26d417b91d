#include "fedfr/core/number_text.hpp"

#include <fmt/format.h>

namespace fedfr {

namespace {

/// Looks at the digits that are shown, since only they tell whether the value was rounded to zero.
std::string without_minus_zero(std::string number, const char* sign_of_zero) {
  const bool zero = number.find_first_not_of("-0.") == std::string::npos;
  if (zero && number.starts_with('-')) number.replace(0, 1, sign_of_zero);
  return number;
}

}  // namespace

std::string fixed(double value, int digits) {
  return without_minus_zero(fmt::format("{:.{}f}", value, digits), "");
}

std::string signed_fixed(double value, int digits) {
  return without_minus_zero(fmt::format("{:+.{}f}", value, digits), "+");
}

std::string significant(double value, int digits) {
  return without_minus_zero(fmt::format("{:.{}g}", value, digits), "");
}

}  // namespace fedfr
