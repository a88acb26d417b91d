#include "fedfr/fl/rate_curves.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fedfr::fl {

namespace {

double rising(double k, const Curve& curve) { return curve.base * k / curve.warmup; }

/// In [0, 1] of the way from the end of the warm-up to the curve's end.
double share(double k, const Curve& curve) {
  const double length = curve.total - curve.warmup;
  return length > 0 ? (std::min(k, curve.total) - curve.warmup) / length : 1;
}

}  // namespace

double cosine_rate(double k, const Curve& curve, double lowest) {
  if (k < curve.warmup) return rising(k, curve);
  return lowest + (curve.base - lowest) * (1 + std::cos(std::numbers::pi * share(k, curve))) / 2;
}

double polynomial_rate(double k, const Curve& curve, double power) {
  if (k < curve.warmup) return rising(k, curve);
  return curve.base * std::pow(1 - share(k, curve), power);
}

double multistep_rate(double k, const Curve& curve, double gamma, std::span<const double> milestones) {
  if (k < curve.warmup) return rising(k, curve);
  double rate = curve.base;
  for (const double milestone : milestones)
    if (milestone <= k) rate *= gamma;
  return rate;
}

}  // namespace fedfr::fl
