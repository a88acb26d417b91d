#pragma once
#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/nn/kernels/gpu_graph.hpp"
#include "fedfr/nn/precision.hpp"

namespace fedfr::test {

/// Skips where there is no GPU; else it is set up as `fedfr train` does.
class OnGpu : public testing::Test {
 protected:
  void SetUp() override {
    if (comm::visible_gpus() == 0) GTEST_SKIP() << "NEEDS a GPU";
    comm::select_gpu(0);
    nn::leave_default_stream(gpu);
    nn::use_exact_kernels(/*allow_tf32=*/false);
  }

  const at::Device gpu{at::kCUDA, 0};
};

}  // namespace fedfr::test
