#pragma once
#include <ATen/core/Tensor.h>

namespace fedfr::nn {

enum class Precision { fp32, bf16 };

/// For the whole process: kernels that give the same bits every time, where there are such, and full float32
/// in convolutions and matrix products unless TF32 is allowed. LibTorch's defaults are others.
void use_exact_kernels(bool allow_tf32);

/// Within its scope, convolutions and matrix products of this thread run in bfloat16 where asked; parameters,
/// their gradients and the losses stay float32.
class PrecisionScope {
 public:
  PrecisionScope(Precision precision, at::Device device);
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;
  ~PrecisionScope();

 private:
  at::DeviceType device_;
  bool active_;
};

}  // namespace fedfr::nn
