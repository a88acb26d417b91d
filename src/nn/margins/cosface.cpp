#include <ATen/TensorOperators.h>

#include "kinds.hpp"

namespace fedfr::nn {

WithMargin cosface(const MarginInput& in, const MarginConfig& config) {
  return {in.with_own(in.own() - config.margin)};
}

}  // namespace fedfr::nn
