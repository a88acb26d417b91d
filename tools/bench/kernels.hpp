#pragma once
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include <functional>
#include <vector>

namespace fedfr::bench {

/// The convolutions and matrix products of a piece of work, to be repeated bare: the same kernels on the same
/// shapes, and nothing between them. What a training step could take at best with these kernels.
class Kernels {
 public:
  /// Notes the kernels that `work` calls, also those of the thread that goes backward for a GPU; keeps what
  /// they were given.
  Kernels(at::Device device, const std::function<void()>& work);

  void repeat() const;  ///< returns when the device is done
  std::size_t count() const { return calls_.size(); }

  /// Multiplications and additions of one repetition.
  double operations() const;

 private:
  struct Call {
    c10::OperatorHandle kernel;
    torch::jit::Stack arguments;
  };
  at::Device device_;
  std::vector<Call> calls_;
};

/// Waits for a GPU; a processor is never behind.
void finish_work(at::Device device);

/// Multiplications and additions a second of one large matrix product in this precision.
double matrix_product_rate(at::Device device, at::ScalarType precision);

}  // namespace fedfr::bench
