#include "angle.hpp"
#include "kinds.hpp"

namespace fedfr::nn {

WithMargin arcface(const MarginInput& in, const MarginConfig& config) {
  return {in.with_own(add_angle(in.own(), config.margin, config.form))};
}

}  // namespace fedfr::nn
