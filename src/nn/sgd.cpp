#include "fedfr/nn/sgd.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <utility>

#include "fedfr/core/trace.hpp"

// Stochastic gradient descent with momentum and weight decay, as torch.optim.SGD does it without dampening:
//   v <- momentum v + (g + decay w),  w <- w - rate v,  and v <- g + decay w in a parameter's first step.
// One fused kernel updates all parameters. It may only take parameters that are all in their first step or
// all beyond it, and that have one decay, hence the lists: parameters without a gradient so far (other heads
// of the objective) start later.
namespace fedfr::nn {

namespace {

/// The update goes through memory in order.
at::Tensor laid_out_as(const at::Tensor& parameter, const at::Tensor& gradient) {
  if (gradient.strides() == parameter.strides()) return gradient;
  at::Tensor copy = at::empty_like(parameter);
  copy.copy_(gradient);
  return copy;
}

}  // namespace

Sgd::Sgd(std::vector<at::Tensor> parameters, const SgdConfig& config)
    : parameters_(std::move(parameters)), config_(config), momentum_(parameters_.size()) {}

void Sgd::set_learning_rate(double rate) {
  if (rate == rate_) return;
  rate_ = rate;
  if (!parameters_.empty() && parameters_[0].is_cuda())
    rate_on_gpu_ = rate_on_gpu_.defined() ? rate_on_gpu_.fill_(rate)
                                          : at::full({}, rate, parameters_[0].options().requires_grad(false));
}

void Sgd::restore(const std::vector<at::Tensor>& momentum) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < momentum_.size(); ++i)
    momentum_[i] = momentum[i].defined() ? at::empty_like(parameters_[i]).copy_(momentum[i]) : at::Tensor();
}

void Sgd::step() {
  const Span span("optimiser");
  const at::NoGradGuard no_grad;
  if (config_.clip_norm > 0) clip();
  for (const bool decaying : {true, false}) {
    std::vector<std::size_t> first;
    std::vector<std::size_t> later;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!parameters_[i].grad().defined() || decays(parameters_[i]) != decaying) continue;
      (momentum_[i].defined() ? later : first).push_back(i);
    }
    const double decay = decaying ? config_.weight_decay : 0;
    update(first, true, decay);
    update(later, false, decay);
  }
  for (auto& parameter : parameters_) parameter.mutable_grad() = at::Tensor();
}

bool Sgd::decays(const at::Tensor& parameter) const { return config_.decay_vectors || parameter.dim() > 1; }

void Sgd::update(const std::vector<std::size_t>& which, bool first, double decay) {
  if (which.empty()) return;
  std::vector<at::Tensor> values;
  std::vector<at::Tensor> gradients;
  std::vector<at::Tensor> buffers;
  for (const auto i : which) {
    // Without momentum nothing but the note that the first step is done. The kernel fills it in the first
    // step.
    if (first) momentum_[i] = at::empty_like(parameters_[i]);
    values.push_back(parameters_[i]);
    gradients.push_back(laid_out_as(parameters_[i], parameters_[i].grad()));
    if (config_.momentum > 0) buffers.push_back(momentum_[i]);
  }
  const auto apply = [&](const auto& rate) {
    at::_fused_sgd_(values, gradients, buffers, decay, config_.momentum, rate, /*dampening=*/0,
                    /*nesterov=*/false, /*maximize=*/false, first);
  };
  rate_on_gpu_.defined() ? apply(rate_on_gpu_) : apply(rate_);
}

void Sgd::clip() {
  std::vector<at::Tensor> norms;
  for (const auto& parameter : parameters_)
    if (parameter.grad().defined()) norms.push_back(at::linalg_vector_norm(parameter.grad()));
  if (norms.empty()) return;
  const at::Tensor total = at::linalg_vector_norm(at::stack(norms));
  // The small number as in torch.nn.utils.clip_grad_norm_. The factor stays on the device: a test of it on
  // the host would wait for a GPU.
  const at::Tensor factor = (config_.clip_norm / (total + 1e-6)).clamp_max(1.0);
  for (auto& parameter : parameters_)
    if (parameter.grad().defined()) parameter.mutable_grad().mul_(factor);
}

}  // namespace fedfr::nn
