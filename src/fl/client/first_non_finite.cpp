#include "first_non_finite.hpp"

#include <ATen/ops/isfinite.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

// Where a training has diverged. Looking at every tensor of every step would cost as much as a small
// network's arithmetic, and make a GPU wait; so it is done only once it is known that a client has diverged,
// by training it again, which repeats every bit.
namespace fedfr::fl {

namespace {

bool is_finite(const at::Tensor& tensor) {
  return !tensor.defined() || at::isfinite(tensor.detach()).all().item<bool>();
}

using Named = std::pair<std::string, at::Tensor>;

std::vector<Named> named(const nn::ParameterSet& parameters, const std::string& prefix) {
  std::vector<Named> all;
  for (std::size_t i = 0; i < parameters.tensors().size(); ++i)
    all.emplace_back(prefix + parameters.specs()[i].name, parameters[i]);
  return all;
}

std::vector<Named> named(const Heads& heads) {
  std::vector<Named> all;
  for (const auto& [name, head] : heads.own) std::ranges::copy(named(head, ""), std::back_inserter(all));
  if (heads.classifier.defined()) all.emplace_back("the class centres", heads.classifier);
  return all;
}

std::optional<NonFinite> first_of(const std::vector<Named>& tensors, std::int64_t step) {
  for (const auto& [name, tensor] : tensors)
    if (!is_finite(tensor)) return NonFinite{name, step};
  return std::nullopt;
}

}  // namespace

std::optional<NonFinite> first_non_finite(const StepView& step, const LocalObjective& objective) {
  const std::int64_t number = step.step + 1;
  auto tensors = named(step.backbone, "backbone.");  // in the order of a pass forwards
  std::ranges::copy(named(step.heads), std::back_inserter(tensors));
  if (auto found = first_of(tensors, step.step)) return found;
  if (!is_finite(step.features)) return NonFinite{"the embeddings", number};
  for (std::size_t t = 0; t < step.terms.size(); ++t)
    if (!is_finite(step.terms[t])) return NonFinite{"the term " + objective.terms()[t].name, number};
  if (!is_finite(step.loss)) return NonFinite{"the loss", number};
  std::ranges::reverse(tensors);
  for (const auto& [name, tensor] : tensors)
    if (!is_finite(tensor.grad())) return NonFinite{"the gradient of " + name, number};
  return std::nullopt;
}

std::optional<NonFinite> first_non_finite(const nn::ParameterSet& backbone, std::int64_t step) {
  return first_of(named(backbone, "backbone."), step);
}

std::optional<NonFinite> first_non_finite(const Heads& heads, std::int64_t step) {
  return first_of(named(heads), step);
}

}  // namespace fedfr::fl
