#pragma once
#include <span>

namespace fedfr {

/// The largest magnitude of the values, 0 of none; infinity if one of them is not a number.
float largest_magnitude(std::span<const float> values);

}  // namespace fedfr
