#pragma once
#include <c10/util/BFloat16.h>

#include <cstddef>

/// Loops of nn::prelu over memory. Sums are made in a fixed order whatever the width of the registers.
namespace fedfr::nn {

/// A row has one slope, or as many slopes as it has values.
enum class Slopes { one, each };

/// y = x where positive, slope * x elsewhere, plus the residual if there is one.
void prelu_row(const float* x, const float* slopes, const float* residual, float* y, std::size_t size,
               Slopes kind);
void prelu_row(const c10::BFloat16* x, const float* slopes, const c10::BFloat16* residual, c10::BFloat16* y,
               std::size_t size, Slopes kind);

/// gx = g where x is positive, slope * g elsewhere; adds x * g where x is not positive to the gradient of the
/// slope.
/// @param slope_gradients  one, or [size]
void prelu_row_backward(const float* x, const float* g, const float* slopes, float* gx,
                        float* slope_gradients, std::size_t size, Slopes kind);
void prelu_row_backward(const c10::BFloat16* x, const c10::BFloat16* g, const float* slopes,
                        c10::BFloat16* gx, float* slope_gradients, std::size_t size, Slopes kind);

}  // namespace fedfr::nn
