#pragma once
#include <c10/util/BFloat16.h>

#include <cstddef>

/// Loops of nn::prelu over memory. Sums are made in a fixed order whatever the width of the registers.
namespace fedfr::nn {

/// Each row has one slope, or all rows have as many slopes as values.
enum class Slopes { one, each };

// All take many rows at once: a row is short where channels are few, and a call for each would cost as much
// as its values.

/// y = x where positive, slope * x elsewhere, plus the residual if there is one.
/// @param x, residual, y  [rows,size]; y may be x
/// @param slopes          [rows] or [size]
void prelu_rows(const float* x, const float* slopes, const float* residual, float* y, std::size_t rows,
                std::size_t size, Slopes kind);
void prelu_rows(const c10::BFloat16* x, const float* slopes, const c10::BFloat16* residual, c10::BFloat16* y,
                std::size_t rows, std::size_t size, Slopes kind);

/// gx = g where x is positive, slope * g elsewhere; adds x * g where x is not positive to the gradient of the
/// slope, one row after the other.
/// @param slope_gradients  as the slopes
void prelu_rows_backward(const float* x, const float* g, const float* slopes, float* gx,
                         float* slope_gradients, std::size_t rows, std::size_t size, Slopes kind);
void prelu_rows_backward(const c10::BFloat16* x, const c10::BFloat16* g, const float* slopes,
                         c10::BFloat16* gx, float* slope_gradients, std::size_t rows, std::size_t size,
                         Slopes kind);

}  // namespace fedfr::nn
