#include "fedfr/nn/losses.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cosine_similarity.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/where.h>

// The formulas of the local objective, whose sources the header names. All of them work on cosines between
// rows: of features, and of the centres of classes.
namespace fedfr::nn {

namespace {

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

at::Tensor dfc_logits(const at::Tensor& converted, const at::Tensor& centres, const at::Tensor& biases,
                      const at::Tensor& labels, const DfcConfig& config) {
  const at::Tensor cosine = at::matmul(unit_rows(converted), unit_rows(centres).t());
  // Rounding makes cosines below -1, of which a power may be no number, and at -1 the derivative of a power
  // below 1 has no limit: both are cut off, at less than any other cosine gives.
  const at::Tensor share = ((cosine + 1.0) / 2.0).clamp_min(1e-30);
  const at::Tensor transformed = share.pow(config.power) * 2.0 - 1.0;
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
