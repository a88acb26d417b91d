#include "fedfr/nn/kernels/run_ahead.hpp"

#include <c10/core/impl/VirtualGuardImpl.h>

// An event behind each piece of work, and a wait for the oldest as soon as there are too many. By LibTorch's
// interface for any device, so that this file needs no CUDA.
namespace fedfr::nn {

void RunAhead::launched() {
  if (device_.is_cpu()) return;
  const c10::impl::VirtualGuardImpl gpu(device_.type());
  unfinished_.emplace_back(device_.type());
  unfinished_.back().record(gpu.getStream(device_));
  if (unfinished_.size() <= most_) return;
  unfinished_.front().synchronize();
  unfinished_.pop_front();
}

}  // namespace fedfr::nn
