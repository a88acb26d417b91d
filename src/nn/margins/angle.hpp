#pragma once
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/atan2.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <numbers>

#include "fedfr/nn/margins/margin.hpp"

/// Angles given by their cosines. The one idea: the derivative of acos has no limit at 1 and -1, but a
/// rounded cosine is never nearer to them than half a unit in the last place, where that of sqrt(1 - c^2) is
/// still an ordinary number; and at exactly 1 and -1, where it would be infinite, it is cut off.
namespace fedfr::nn {

/// sin t >= 0. Cosines beyond 1, which rounding makes, count as 1.
inline at::Tensor sine_of(const at::Tensor& cosine) {
  // Below any other value of the root's argument, and large enough for its root to be a normal number.
  const double least = cosine.scalar_type() == at::kDouble ? 1e-30 : 1e-12;
  return at::sqrt((1.0 - cosine * cosine).clamp_min(least));
}

/// t in [0, pi].
inline at::Tensor angle_of(const at::Tensor& cosine) { return at::atan2(sine_of(cosine), cosine); }

/// cos(t + m), in the form asked for.
/// @param margin  m: a number, or a tensor with one for each cosine
template <class Number>
at::Tensor add_angle(const at::Tensor& cosine, const Number& margin, AngleForm form) {
  using std::cos;  // or, of a tensor, at::cos
  using std::sin;
  const at::Tensor turned = cosine * cos(margin) - sine_of(cosine) * sin(margin);
  if (form == AngleForm::plain) return turned;
  if (form == AngleForm::easy) return at::where(cosine > 0, turned, cosine);
  // Beyond pi - m the line that continues it without a jump.
  const auto last = std::numbers::pi - margin;
  return at::where(cosine > cos(last), turned, cosine - sin(last) * margin);
}

}  // namespace fedfr::nn
