#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/codec/image.hpp"

namespace fedfr::data {

/// How much of each source pixel one target pixel takes along one axis.
struct Taps {
  int first = 0;
  std::vector<double> weights;
};

/// Resamples with the product of two filters of one dimension, first along the rows and then along the
/// columns. In double, and rounded once at the end.
/// @param in       [3,H,W] of the size
/// @param columns  [width'] into the columns of `in`
/// @param rows     [height'] into its rows
/// @param out      [3,height',width']
void resample(std::span<const std::uint8_t> in, ImageSize size, const std::vector<Taps>& columns,
              const std::vector<Taps>& rows, std::span<std::uint8_t> out);

}  // namespace fedfr::data
