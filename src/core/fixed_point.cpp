// Floating-point sums depend on their order, integer sums do not: each value becomes an integer at once, by a
// factor that all ranks know, and only integers are added, by clients, ranks and network cards in any order.
#include "fedfr/core/fixed_point.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "fedfr/core/vector_clones.hpp"

namespace fedfr {

float power_of_two_above(float x) { return std::ldexp(1.0F, std::ilogb(x) + 1); }

int bits_of_sum(std::int64_t terms) {
  return std::ilogb(static_cast<double>(std::max<std::int64_t>(terms, 1))) + 1;
}

int fixed_point_exponent(double bound, std::int64_t terms) {
  return fixed_point_bits - std::ilogb(bound) - bits_of_sum(terms);
}

/// In two halves, because most processors convert only to 32-bit integers as vectors: adding 1.5 * 2^52
/// rounds a double below 2^51 to an integer, which its low bits then hold. The high half, a multiple of 2^32,
/// is exact and even, so that the rounding of the low one is that of the whole.
FEDFR_VECTOR_CLONES_INT64
void add_fixed_point(std::int64_t* sum, const float* values, std::size_t size, double factor) {
  constexpr double shift = 4294967296.0;
  constexpr double magic = 6755399441055744.0;
  constexpr auto magic_bits = std::bit_cast<std::int64_t>(magic);
  for (std::size_t i = 0; i < size; ++i) {
    const double scaled = static_cast<double>(values[i]) * factor;
    const double high = scaled / shift + magic;
    const double low = scaled - (high - magic) * shift + magic;
    sum[i] += (std::bit_cast<std::int64_t>(high) - magic_bits) * std::int64_t{4294967296} +
              (std::bit_cast<std::int64_t>(low) - magic_bits);
  }
}

FEDFR_VECTOR_CLONES_INT64
void from_fixed_point(float* out, const std::int64_t* sum, std::size_t size, double divisor, double unit) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<float>(static_cast<double>(sum[i]) / divisor * unit);
}

}  // namespace fedfr
