#include "angle.hpp"
#include "kinds.hpp"

// The formula of ArcFace's paper, for any m1, m2 and m3. arcface_torch's class of this name ignores m1 and m2
// where m3 > 0, and refuses m1 other than 1 where it is 0.
namespace fedfr::nn {

WithMargin combined(const MarginInput& in, const MarginConfig& config) {
  const auto& [m1, m2, m3] = config.combined;
  return {in.with_own(at::cos(angle_of(in.own()) * m1 + m2) - m3)};
}

}  // namespace fedfr::nn
