#include "prelu_gpu.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>

#include "prelu_launch.hpp"

// Between LibTorch's tensors and the kernels, which nvcc compiles without LibTorch's headers. Both launch to
// the current stream, so that they can be part of a recorded graph.
namespace fedfr::nn {

namespace {

PreluImages shape_of(const at::Tensor& x) {
  return {.images = x.size(0),
          .channels = x.size(1),
          .pixels = x.size(2) * x.size(3),
          .channels_last = !x.is_contiguous(),
          .bf16 = x.scalar_type() == at::kBFloat16};
}

}  // namespace

void gpu_prelu(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& residual,
               const at::Tensor& y) {
  launch_prelu(shape_of(x), x.const_data_ptr(), slopes.const_data_ptr<float>(),
               residual.defined() ? residual.const_data_ptr() : nullptr, y.data_ptr(),
               c10::cuda::getCurrentCUDAStream(x.get_device()));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

at::Tensor gpu_prelu_backward(const at::Tensor& x, const at::Tensor& g, const at::Tensor& slopes,
                              const at::Tensor& gx) {
  const PreluImages shape = shape_of(x);
  at::Tensor slope_gradients = at::empty_like(slopes);
  const at::Tensor sums = at::empty({partial_sums(shape), shape.channels}, slopes.options());
  launch_prelu_backward(shape, x.const_data_ptr(), g.const_data_ptr(), slopes.const_data_ptr<float>(),
                        gx.data_ptr(), sums.data_ptr<float>(), slope_gradients.data_ptr<float>(),
                        c10::cuda::getCurrentCUDAStream(x.get_device()));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return slope_gradients;
}

}  // namespace fedfr::nn
