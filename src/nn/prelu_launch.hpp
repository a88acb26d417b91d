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

/// How many partial sums of each channel the backward pass leaves.
std::int64_t partial_sums(const PreluImages& shape);

/// @param sums  [partial_sums,channels], written: their sum over the first dimension is the slopes' gradient
void launch_prelu_backward(const PreluImages& shape, const void* x, const void* g, const float* slopes,
                           void* gx, float* sums, cudaStream_t stream);

}  // namespace fedfr::nn
