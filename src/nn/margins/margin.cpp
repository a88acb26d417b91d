#include "fedfr/nn/margins/margin.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/_log_softmax_backward_data.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/nll_loss_backward.h>
#include <ATen/ops/nll_loss_forward.h>
#include <ATen/ops/scatter.h>

#include <algorithm>
#include <stdexcept>

#include "fedfr/nn/losses.hpp"
#include "kinds.hpp"

// All margins are made of the same steps: cosines to all centres, what the margin makes of them, the scale,
// and the cross entropy. Which one it is stands in a table.
namespace fedfr::nn {

namespace {

struct Kind {
  Margin margin;
  const char* name;
  WithMargin (*apply)(const MarginInput&, const MarginConfig&);  // null: cosines, or logits, as they are
};

const Kind kinds[] = {
    {Margin::none, "none", nullptr},       {Margin::cosface, "cosface", cosface},
    {Margin::arcface, "arcface", arcface}, {Margin::combined, "combined", combined},
    {Margin::adaface, "adaface", adaface}, {Margin::magface, "magface", magface},
    {Margin::logits, "logits", nullptr},
};

/// Other classes that are very near are probably the same person under another name: they count as of cosine
/// 0 and learn nothing (arcface_torch's "interclass filtering").
at::Tensor filtered(const at::Tensor& cosine, const at::Tensor& column, double filter) {
  return cosine.masked_fill((cosine > filter).scatter(1, column, false), 0);
}

/// Cosines with the margin, before the scale.
WithMargin apply(const Kind& kind, const at::Tensor& features, const at::Tensor& centres,
                 const at::Tensor& labels, const MarginConfig& config, const at::Tensor& norms) {
  at::Tensor cosine = at::matmul(unit_rows(features), unit_rows(centres).t());
  if (kind.apply == nullptr) return {cosine};
  const at::Tensor column = labels.unsqueeze(1);
  if (config.filter > 0) cosine = filtered(cosine, column, config.filter);
  WithMargin out = kind.apply({features, cosine, column, norms}, config);
  if (config.straight_through) out.cosine = cosine + (out.cosine - cosine).detach();
  return out;
}

WithMargin logits_and_pull(const at::Tensor& features, const at::Tensor& centres, const at::Tensor& labels,
                           const MarginConfig& config, const at::Tensor& norms) {
  if (config.kind == Margin::logits) return {features};
  const Kind& kind = *std::ranges::find(kinds, config.kind, &Kind::margin);
  WithMargin out = apply(kind, features, centres, labels, config, norms);
  out.cosine = out.cosine * config.scale;
  return out;
}

}  // namespace

at::Tensor MarginInput::own() const { return at::gather(cosine, 1, column); }

at::Tensor MarginInput::with_own(const at::Tensor& reduced) const {
  return at::scatter(cosine, 1, column, reduced);
}

std::vector<std::string> margin_names() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds) names.emplace_back(kind.name);
  return names;
}

Margin margin_named(const std::string& name) {
  const auto* const found = std::ranges::find(kinds, name, &Kind::name);
  if (found == std::end(kinds)) throw std::logic_error("no margin is called " + name);
  return found->margin;
}

at::Tensor margin_logits(const at::Tensor& features, const at::Tensor& centres, const at::Tensor& labels,
                         const MarginConfig& config, const at::Tensor& norms) {
  return logits_and_pull(features, centres, labels, config, norms).cosine;
}

at::Tensor margin_softmax_loss(const at::Tensor& features, const at::Tensor& centres,
                               const at::Tensor& labels, const MarginConfig& config,
                               const at::Tensor& norms) {
  const auto [logits, pull] = logits_and_pull(features, centres, labels, config, norms);
  const at::Tensor loss = at::cross_entropy_loss(logits, labels);
  return pull.defined() ? loss + pull : loss;
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

}  // namespace fedfr::nn
