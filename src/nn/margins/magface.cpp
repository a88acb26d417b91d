#include <ATen/ops/linalg_vector_norm.h>

#include "angle.hpp"
#include "kinds.hpp"

// MagFace (Meng et al., CVPR 2021, equations 4 to 6): longer features get a larger margin, and a pull towards
// long ones, falling with the length, is added to the loss. Gradients go through the length in both.
namespace fedfr::nn {

WithMargin magface(const MarginInput& in, const MarginConfig& config) {
  const MagFaceMargin& c = config.magface;
  const at::Tensor length =
      at::linalg_vector_norm(in.features, 2, 1, true).clamp(c.lowest_norm, c.highest_norm);
  const double slope = (c.highest - c.lowest) / (c.highest_norm - c.lowest_norm);
  const at::Tensor margin = (length - c.lowest_norm) * slope + c.lowest;
  const at::Tensor pull = length / (c.highest_norm * c.highest_norm) + 1.0 / length;
  return {in.with_own(add_angle(in.own(), margin, config.form)), pull.mean() * c.weight};
}

}  // namespace fedfr::nn
