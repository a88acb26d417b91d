#pragma once
#include <cstddef>
#include <cstdint>

/// Sums of floats that no order and no number of ranks can change: each value is rounded once to a multiple
/// of a power of two and added as a 64-bit integer. Who sums has to know a bound of the values beforehand.
namespace fedfr {

/// Bits of the integer sums that values may fill: of 63, one to spare for the rounding of each.
constexpr int fixed_point_bits = 62;

/// The smallest power of two above a magnitude > 0.
float power_of_two_above(float x);

/// Bits that a sum needs beyond those of its terms: the number's own, at least 1.
/// @param terms  how many there may be, or the sum of their weights
int bits_of_sum(std::int64_t terms);

/// Values below `bound` in magnitude, a power of two, are stored times 2^exponent, so that the sum of so many
/// stays within an integer.
int fixed_point_exponent(double bound, std::int64_t terms);

/// sum += round(value * factor), to the nearest and to even.
/// @param factor  |value * factor| < 2^62
void add_fixed_point(std::int64_t* sum, const float* values, std::size_t size, double factor);

/// out = float(sum / divisor * unit).
/// @param unit  a power of two, by which nothing is rounded
void from_fixed_point(float* out, const std::int64_t* sum, std::size_t size, double divisor, double unit);

}  // namespace fedfr
