#pragma once
#include <span>

/// Learning rates in closed form, as functions of the steps taken so far. None depends on the rate before it,
/// so that a run goes on anywhere without a scheduler's state.
namespace fedfr::fl {

/// Of a curve that falls from b = `base` at w = `warmup` to its end at t = `total`, where it stays; before w
/// it rises in a line from 0.
struct Curve {
  double base = 0;
  double warmup = 0;
  double total = 0;
};

/// b k/w for k < w, else l + (b - l) (1 + cos(pi (min(k, t) - w)/(t - w)))/2 with l = `lowest`; Loshchilov,
/// Hutter, ICLR 2017, without restarts.
/// @param k  steps taken before this one
double cosine_rate(double k, const Curve& curve, double lowest);

/// b k/w for k < w, else b (1 - (min(k, t) - w)/(t - w))^power; the scheduler of arcface_torch, which in its
/// first step, however, takes b instead of 0.
double polynomial_rate(double k, const Curve& curve, double power);

/// b k/w for k < w, else b times `gamma` for each milestone that is not beyond k.
double multistep_rate(double k, const Curve& curve, double gamma, std::span<const double> milestones);

}  // namespace fedfr::fl
