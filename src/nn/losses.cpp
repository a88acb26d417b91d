#include "fedfr/nn/losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/_log_softmax_backward_data.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cosine_similarity.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/nll_loss_backward.h>
#include <ATen/ops/nll_loss_forward.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <numbers>

// The formulas of the local objective, whose sources the header names. All of them work on cosines between
// rows: of features, and of the centres of classes.
namespace fedfr::nn {

namespace {

/// cos(t + m) of the angle t given by its cosine; beyond pi - m, where that would rise again, the line that
/// continues it without a jump, as in the authors' program.
at::Tensor add_angular_margin(const at::Tensor& cosine, double margin) {
  const at::Tensor sine = at::sqrt((1.0 - cosine * cosine).clamp_min(1e-12));
  const at::Tensor turned = cosine * std::cos(margin) - sine * std::sin(margin);
  const at::Tensor beyond = cosine - std::sin(std::numbers::pi - margin) * margin;
  return at::where(cosine > std::cos(std::numbers::pi - margin), turned, beyond);
}

/// [B,n] which identity an image shows; for a public image, whose label lies beyond them, none.
at::Tensor is_positive(const at::Tensor& labels, std::int64_t identities) {
  return labels.unsqueeze(1) == at::arange(identities, labels.options());
}

}  // namespace

at::Tensor row_lengths(const at::Tensor& rows) {
  // As torch.nn.functional.normalize: a zero row stays zero instead of becoming no number.
  constexpr double shortest = 1e-12;
  return at::linalg_vector_norm(rows, 2, 1, true).clamp_min(shortest);
}

at::Tensor unit_rows(const at::Tensor& rows) { return rows / row_lengths(rows); }

at::Tensor margin_logits(const at::Tensor& features, const at::Tensor& centres, const at::Tensor& labels,
                         const MarginConfig& config) {
  if (config.kind == Margin::logits) return features;
  const at::Tensor cosine = at::matmul(unit_rows(features), unit_rows(centres).t());
  if (config.kind == Margin::none) return cosine * config.scale;
  const at::Tensor column = labels.unsqueeze(1);
  const at::Tensor own = at::gather(cosine, 1, column);
  const at::Tensor reduced =
      config.kind == Margin::cosface ? own - config.margin : add_angular_margin(own, config.margin);
  return at::scatter(cosine, 1, column, reduced) * config.scale;
}

at::Tensor margin_softmax_loss(const at::Tensor& features, const at::Tensor& centres,
                               const at::Tensor& labels, const MarginConfig& config) {
  return at::cross_entropy_loss(margin_logits(features, centres, labels, config), labels);
}

LossAndGradient softmax_loss_and_gradient(const at::Tensor& logits, const at::Tensor& labels, double weight) {
  constexpr int mean = at::Reduction::Mean;
  // What cross_entropy_loss passes on by default.
  constexpr int no_class_ignored = -100;
  const at::Tensor log_share = at::_log_softmax(logits, 1, /*half_to_float=*/false);
  auto [loss, count] = at::nll_loss_forward(log_share, labels, {}, mean, no_class_ignored);
  const at::Tensor of_log_share = at::nll_loss_backward(at::full({}, weight, logits.options()), log_share,
                                                        labels, {}, mean, no_class_ignored, count);
  return {loss, at::_log_softmax_backward_data(of_log_share, log_share, 1, logits.scalar_type())};
}

at::Tensor dfc_logits(const at::Tensor& converted, const at::Tensor& centres, const at::Tensor& biases,
                      const at::Tensor& labels, const DfcConfig& config) {
  const at::Tensor cosine = at::matmul(unit_rows(converted), unit_rows(centres).t());
  const at::Tensor transformed = ((cosine + 1.0) / 2.0).pow(config.power) * 2.0 - 1.0;
  const at::Tensor shifted = at::where(is_positive(labels, centres.size(0)), transformed - config.margin,
                                       transformed + config.margin);
  return shifted * config.scale + biases;
}

at::Tensor dfc_loss(const at::Tensor& converted, const at::Tensor& centres, const at::Tensor& biases,
                    const at::Tensor& labels, const DfcConfig& config) {
  const at::Tensor logits = dfc_logits(converted, centres, biases, labels, config);
  const at::Tensor each =
      at::where(is_positive(labels, centres.size(0)), at::softplus(-logits) * (config.lambda / config.scale),
                at::softplus(logits) * ((1.0 - config.lambda) / config.scale));
  return each.sum(1).mean();
}

at::Tensor contrastive_loss(const at::Tensor& features, const at::Tensor& global, const at::Tensor& previous,
                            double temperature) {
  // That of LibTorch's own cosine similarity. The softmax over two values, -log(e^p / (e^p + e^n)), is
  // softplus(n - p), which neither overflows nor cancels.
  constexpr double shortest = 1e-8;
  const at::Tensor positive = at::cosine_similarity(features, global.detach(), 1, shortest);
  const at::Tensor negative = at::cosine_similarity(features, previous.detach(), 1, shortest);
  return at::softplus((negative - positive) / temperature).mean();
}

}  // namespace fedfr::nn
