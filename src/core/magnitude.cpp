// One pass over memory, as fast as it can be read: compared as integers, the values need no test for NaN and
// the compiler makes vectors of the loop.
#include "fedfr/core/magnitude.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "fedfr/core/vector_clones.hpp"

namespace fedfr {

namespace {

/// Magnitudes are ordered as their bits are, and what is not a number lies above infinity.
FEDFR_VECTOR_CLONES
std::uint32_t largest_bits(const float* values, std::size_t size) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(values[i]) & 0x7FFFFFFFU;
    largest = magnitude > largest ? magnitude : largest;
  }
  return largest;
}

}  // namespace

float largest_magnitude(std::span<const float> values) {
  const auto found = std::bit_cast<float>(largest_bits(values.data(), values.size()));
  return std::isnan(found) ? INFINITY : found;
}

}  // namespace fedfr
