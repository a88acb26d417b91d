#pragma once
#include <ATen/core/Tensor.h>

namespace fedfr::nn {

/// Parametric ReLU with one slope a channel (He et al., ICCV 2015), and the sum with a residual branch.
/// Forward and backward each pass over memory once, for LibTorch's own operators take as long as the
/// convolutions of thin networks; for other types and layouts they are LibTorch's.
/// @param x         [B,C,H,W] float32 or bfloat16, contiguous or channels-last; where nobody else holds
///                  it and no gradients are wanted, the result takes its place
/// @param slopes    [C] float32
/// @param residual  as x, added to the result; or undefined
/// @returns         as x: x where positive, slope * x elsewhere, plus the residual; rounded once
at::Tensor prelu(at::Tensor x, const at::Tensor& slopes, const at::Tensor& residual = {});

}  // namespace fedfr::nn
