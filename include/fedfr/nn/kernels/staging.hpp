#pragma once
#include <ATen/core/Tensor.h>

namespace fedfr::nn {

/// Room on the host for what will be sent to `device`: a GPU fetches by itself only from pinned memory.
at::Tensor staging_area(at::IntArrayRef shape, at::ScalarType type, at::Device device);

/// A copy on its way to a GPU, for which nobody waits: LibTorch keeps the staging area until it has arrived.
/// On a processor the tensor itself.
at::Tensor send(const at::Tensor& staged, at::Device device);

}  // namespace fedfr::nn
