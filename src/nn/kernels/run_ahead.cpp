#include "fedfr/nn/kernels/run_ahead.hpp"

#include <c10/core/impl/VirtualGuardImpl.h>

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
