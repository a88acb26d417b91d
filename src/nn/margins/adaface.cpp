#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/std.h>

#include <stdexcept>

#include "angle.hpp"
#include "kinds.hpp"

// AdaFace (Kim, Jain, Liu, CVPR 2022, equations 13 to 15, and their program): the length of a feature against
// those of the batches so far stands for the quality of its image. Poor images get a margin of the angle that
// is negative and little to subtract, good ones the other way round. The statistics move before they are
// used.
namespace fedfr::nn {

namespace {

constexpr double eps = 1e-3;  // of cosines, of angles and of the deviation, as in the authors' program

/// Mean and standard deviation of the lengths. One image has no deviation, and leaves it as it was.
void move(const at::Tensor& norms, const at::Tensor& lengths, double alpha) {
  norms[0].mul_(1 - alpha).add_(lengths.mean(), alpha);
  if (lengths.size(0) > 1) norms[1].mul_(1 - alpha).add_(at::std(lengths, /*unbiased=*/true), alpha);
}

/// [B,1] z, the quality in [-1, 1]; for gradients a constant.
at::Tensor quality(const at::Tensor& features, const at::Tensor& norms, const AdaFaceMargin& config) {
  if (!norms.defined()) throw std::logic_error("AdaFace needs its running statistics");
  const at::NoGradGuard no_grad;
  const at::Tensor lengths = at::linalg_vector_norm(features.detach(), 2, 1, true).clamp(1e-3, 100);
  const at::Tensor statistics = norms.detach();
  move(statistics, lengths, config.alpha);
  return ((lengths - statistics[0]) / (statistics[1] + eps) * config.h).clamp(-1, 1);
}

}  // namespace

at::Tensor norms_after(const at::Tensor& features, const at::Tensor& norms, const AdaFaceMargin& config) {
  const at::NoGradGuard no_grad;
  const at::Tensor moved = norms.detach().clone();
  quality(features, moved, config);
  return moved;
}

WithMargin adaface(const MarginInput& in, const MarginConfig& config) {
  const at::Tensor z = quality(in.features, in.norms, config.adaface);
  const at::Tensor cosine = in.cosine.clamp(-1 + eps, 1 - eps);
  const MarginInput clamped{in.features, cosine, in.column, in.norms, in.present};
  const at::Tensor angle = (angle_of(clamped.own()) - z * config.margin).clamp(eps, std::numbers::pi - eps);
  return {clamped.with_own(at::cos(angle) - (z * config.margin + config.margin))};
}

}  // namespace fedfr::nn
