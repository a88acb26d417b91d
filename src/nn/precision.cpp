#include "fedfr/nn/precision.hpp"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

// What "fp32" and "bf16" mean, as switches of LibTorch. They are global or of the thread there, so this is
// the one place that touches them: exact kernels once for the process, autocast for the length of a scope.
namespace fedfr::nn {

void use_exact_kernels(bool allow_tf32) {
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/true);
  // Otherwise LibTorch writes each new tensor full before it is used: a pass over memory for every kernel.
  context.setDeterministicFillUninitializedMemory(false);
  // A choice by measured time would be another one, with other bits, in the next run.
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuBLAS(allow_tf32);
  context.setAllowTF32CuDNN(allow_tf32);
}

PrecisionScope::PrecisionScope(Precision precision, at::Device device)
    : device_(device.type()), active_(precision == Precision::bf16) {
  if (!active_) return;
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::increment_nesting();
}

PrecisionScope::~PrecisionScope() {
  if (!active_) return;
  // Autocast keeps rounded copies of weights, which the next step has changed.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, false);
}

}  // namespace fedfr::nn
