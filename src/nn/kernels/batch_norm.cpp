#include "fedfr/nn/kernels/batch_norm.hpp"

#include <ATen/ops/batch_norm.h>

// LibTorch's own kernels; what is added is how a batch counts, and what becomes of a batch of one image.
namespace fedfr::nn {

namespace {

constexpr double momentum = 0.1;  // the default of PyTorch and of arcface_torch

}  // namespace

at::Tensor batch_norm(const at::Tensor& x, const BatchNorm& norm, bool by_batch) {
  const bool has_variance = x.numel() / x.size(1) > 1;
  const bool by_own = by_batch && has_variance;
  // All parameters are views of one buffer, and so count their changes together: autograd would take this for
  // a change of the weights that it has to remember. Through `variable_data` it is none.
  if (by_own) norm.batches.variable_data().add_(1);
  return at::batch_norm(x, norm.scale, norm.bias, norm.mean, norm.variance, by_own, momentum, norm_epsilon,
                        /*cudnn_enabled=*/true);
}

}  // namespace fedfr::nn
