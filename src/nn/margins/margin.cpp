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
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

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
at::Tensor filtered(const MarginInput& in, double filter) {
  const at::Tensor near = in.cosine > filter;
  const at::Tensor own = in.present.defined() ? at::gather(near, 1, in.column) & ~in.present
                                              : at::zeros_like(in.column, at::kBool);
  return in.cosine.masked_fill(near.scatter(1, in.column, own), 0);
}

/// Cosines with the margin, times the scale.
WithMargin scaled(const MarginInput& in, const MarginConfig& config) {
  const Kind& kind = *std::ranges::find(kinds, config.kind, &Kind::margin);
  WithMargin out{in.cosine};
  if (kind.apply != nullptr) {
    const at::Tensor cosine = config.filter > 0 ? filtered(in, config.filter) : in.cosine;
    out = kind.apply({in.features, cosine, in.column, in.norms, in.present}, config);
    if (config.straight_through) out.cosine = cosine + (out.cosine - cosine).detach();
  }
  out.cosine = out.cosine * config.scale;
  return out;
}

WithMargin logits_and_pull(const at::Tensor& features, const at::Tensor& centres, const at::Tensor& labels,
                           const MarginConfig& config, const at::Tensor& norms) {
  if (config.kind == Margin::logits) return {features};
  const at::Tensor cosine = at::matmul(unit_rows(features), unit_rows(centres).t());
  return scaled({features, cosine, labels.unsqueeze(1), norms, {}}, config);
}

}  // namespace

at::Tensor MarginInput::own() const { return at::gather(cosine, 1, column); }

at::Tensor MarginInput::with_own(const at::Tensor& reduced) const {
  return at::scatter(cosine, 1, column, present.defined() ? at::where(present, reduced, own()) : reduced);
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

SomeLogits logits_of_some_classes(const at::Tensor& features, const at::Tensor& unit_centres,
                                  const at::Tensor& columns, const MarginConfig& config,
                                  const at::Tensor& norms) {
  if (config.kind == Margin::logits) throw std::logic_error("these logits have no class centres");
  const at::Tensor cosine = at::matmul(unit_rows(features), unit_centres.t());
  const at::Tensor column = columns.clamp_min(0).unsqueeze(1);
  const at::Tensor present = (columns >= 0).unsqueeze(1);
  const auto [logits, pull] = scaled({features, cosine, column, norms, present}, config);
  return {logits, pull};
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
