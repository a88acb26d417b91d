#pragma once
#include <cstdint>
#include <string_view>

namespace fedfr::nn {

/// Whether LibTorch's operator of this name is a convolution or a matrix product, forward or backward:
/// "aten::conv2d", "aten::convolution_backward", "aten::addmm".
bool is_kernel(std::string_view name);

/// While it lives, each such operator is a span (core/trace.hpp) under its own name. Of operators that call
/// one another only the outermost is. On a GPU an operator returns before its kernel has run, so that the
/// spans would be those of launches.
class KernelSpans {
 public:
  KernelSpans();
  KernelSpans(const KernelSpans&) = delete;
  KernelSpans& operator=(const KernelSpans&) = delete;
  ~KernelSpans();

 private:
  std::uint64_t callback_;
};

}  // namespace fedfr::nn
