#pragma once
#include <string>

/// Numbers for people. What is shown as zero has no minus: -0.001 with two digits is 0.00.
namespace fedfr {

std::string fixed(double value, int digits);         ///< 3.14: `digits` behind the point
std::string signed_fixed(double value, int digits);  ///< +3.14; zero is +0.00
std::string significant(double value, int digits);   ///< 3.14e+03: `digits` in all, as %g

}  // namespace fedfr
