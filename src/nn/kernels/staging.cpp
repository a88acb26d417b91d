#include "fedfr/nn/kernels/staging.hpp"

#include <ATen/ops/empty.h>

namespace fedfr::nn {

at::Tensor staging_area(at::IntArrayRef shape, at::ScalarType type, at::Device device) {
  return at::empty(shape, at::TensorOptions().dtype(type).pinned_memory(device.is_cuda()));
}

at::Tensor send(const at::Tensor& staged, at::Device device) {
  return staged.to(device, staged.scalar_type(), /*non_blocking=*/true);
}

}  // namespace fedfr::nn
