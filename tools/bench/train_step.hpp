#pragma once
#include "setting.hpp"

namespace fedfr::bench {

/// Seconds of the bare convolutions and matrix products of one image in training (forward and backward) and
/// in a frozen network (forward), at this setting's threads.
struct KernelSeconds {
  double training = 0;
  double frozen = 0;
};
KernelSeconds kernel_seconds(const Setting& setting, const NetworkSetting& network);

}  // namespace fedfr::bench
