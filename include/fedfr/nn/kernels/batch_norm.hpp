#pragma once
#include <ATen/core/Tensor.h>

namespace fedfr::nn {

/// Added to a variance; the default of PyTorch and of arcface_torch.
constexpr double norm_epsilon = 1e-5;

/// Entries of a batch norm in a list of parameters, in the order of PyTorch's state dicts.
struct BatchNorm {
  const at::Tensor& scale;     ///< [C]
  const at::Tensor& bias;      ///< [C]
  const at::Tensor& mean;      ///< [C] running
  const at::Tensor& variance;  ///< [C] running
  const at::Tensor& batches;   ///< [] that have moved them
};

/// Ioffe, Szegedy, ICML 2015, as torch.nn.BatchNorm1d and 2d: (x - mean) / sqrt(variance + 1e-5) * scale +
/// bias.
/// @param x         [B,C] or [B,C,H,W]
/// @param by_batch  by mean and (biased) variance of the batch, which also move the running ones by a tenth,
/// the
///                  variance with B H W - 1 in place of B H W. A channel with a single value has no variance:
///                  such a batch is normalised by the running ones, and moves nothing
at::Tensor batch_norm(const at::Tensor& x, const BatchNorm& norm, bool by_batch);

}  // namespace fedfr::nn
