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
  /// Notes the kernels that `work` calls on this thread; keeps what they were given.
  explicit Kernels(const std::function<void()>& work);

  void repeat() const;
  std::size_t count() const { return calls_.size(); }

 private:
  struct Call {
    c10::OperatorHandle kernel;
    torch::jit::Stack arguments;
  };
  std::vector<Call> calls_;
};

}  // namespace fedfr::bench
