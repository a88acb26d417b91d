#pragma once
#include <ATen/core/Tensor.h>

/// nn::prelu on a GPU: each pass reads and writes memory once, where LibTorch's backward pass also writes a
/// gradient of the slopes for every value and sums it up again.
namespace fedfr::nn {

/// @param x         [B,C,H,W] float32 or bfloat16, contiguous or channels-last
/// @param slopes    [C] float32
/// @param residual  as x, or undefined
/// @param y         as x, written
void gpu_prelu(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& residual,
               const at::Tensor& y);

/// The sums are made in an order that depends on the shape alone.
/// @param g   as x
/// @param gx  as x, written
/// @returns   the gradient of the slopes, [C] float32
at::Tensor gpu_prelu_backward(const at::Tensor& x, const at::Tensor& g, const at::Tensor& slopes,
                              const at::Tensor& gx);

}  // namespace fedfr::nn
