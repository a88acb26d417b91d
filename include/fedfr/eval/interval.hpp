#pragma once
#include <cmath>
#include <limits>

namespace fedfr::eval {

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// A 95 % confidence interval; undefined ends where there is too little to estimate it from.
struct Interval {
  double low = kUndefined;
  double high = kUndefined;

  bool defined() const { return !std::isnan(low) && !std::isnan(high); }
};

}  // namespace fedfr::eval
