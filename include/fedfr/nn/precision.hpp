#pragma once
#include <ATen/core/Tensor.h>

namespace fedfr::nn {

enum class Precision { fp32, bf16 };

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
