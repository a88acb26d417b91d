#pragma once
#include <cuda_runtime_api.h>

#include <cstdint>

/// The kernels of gpu_prelu by what nvcc can compile without LibTorch.
namespace fedfr::nn {

struct PreluImages {
  std::int64_t images, channels, pixels;
  bool channels_last;
  bool bf16;  ///< otherwise float32

  std::int64_t values() const { return images * channels * pixels; }
};

/// @param residual  null: none
void launch_prelu(const PreluImages& shape, const void* x, const float* slopes, const void* residual, void* y,
                  cudaStream_t stream);

/// How many partial sums of each channel the backward pass makes on its way.
std::int64_t partial_sums(const PreluImages& shape);

/// @param sums             [partial_sums,channels], room for them
/// @param slope_gradients  [channels], written
void launch_prelu_backward(const PreluImages& shape, const void* x, const void* g, const float* slopes,
                           void* gx, float* sums, float* slope_gradients, cudaStream_t stream);

}  // namespace fedfr::nn
