#include "fedfr/nn/sgd.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <utility>

#include "fedfr/core/trace.hpp"

namespace fedfr::nn {

Sgd::Sgd(std::vector<at::Tensor> parameters, const SgdConfig& config)
    : parameters_(std::move(parameters)), config_(config), momentum_(parameters_.size()) {}

void Sgd::step(double learning_rate) {
  const Span span("optimiser");
  const at::NoGradGuard no_grad;
  if (config_.clip_norm > 0) clip();
  std::vector<std::size_t> first;
  std::vector<std::size_t> later;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;
    (momentum_[i].defined() ? later : first).push_back(i);
  }
  update(first, learning_rate, true);
  update(later, learning_rate, false);
  for (auto& parameter : parameters_) parameter.mutable_grad() = at::Tensor();
}

void Sgd::update(const std::vector<std::size_t>& which, double learning_rate, bool first) {
  if (which.empty()) return;
  std::vector<at::Tensor> values;
  std::vector<at::Tensor> gradients;
  std::vector<at::Tensor> buffers;
  for (const auto i : which) {
    if (first) momentum_[i] = at::empty_like(parameters_[i]);
    values.push_back(parameters_[i]);
    gradients.push_back(parameters_[i].grad().contiguous());
    if (config_.momentum > 0) buffers.push_back(momentum_[i]);
  }
  at::_fused_sgd_(values, gradients, buffers, config_.weight_decay, config_.momentum, learning_rate,
                  /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false, first);
}

void Sgd::clip() {
  std::vector<at::Tensor> norms;
  for (const auto& parameter : parameters_)
    if (parameter.grad().defined()) norms.push_back(at::linalg_vector_norm(parameter.grad()));
  if (norms.empty()) return;
  const at::Tensor total = at::linalg_vector_norm(at::stack(norms));
  const at::Tensor factor = (config_.clip_norm / (total + 1e-6)).clamp_max(1.0);
  for (auto& parameter : parameters_)
    if (parameter.grad().defined()) parameter.mutable_grad().mul_(factor);
}

}  // namespace fedfr::nn
