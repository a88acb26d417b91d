#include "fedfr/fl/client/objective.hpp"

#include <ATen/TensorOperators.h>

#include "fedfr/core/trace.hpp"
#include "fedfr/fl/parts/margin.hpp"

// The local objective as a list of terms that know nothing of one another. They are added up in the order of
// the list, which is part of a run's bits.
namespace fedfr::fl {

LocalObjective::LocalObjective(const nn::MarginConfig& margin, double margin_weight,
                               const std::vector<Term>& more) {
  if (margin_weight > 0) terms_.push_back(margin_term(margin, margin_weight));
  terms_.insert(terms_.end(), more.begin(), more.end());
}

std::vector<at::Tensor> LocalObjective::evaluate(const StepInput& input, const Heads& heads) const {
  const Span span("losses");
  std::vector<at::Tensor> values;
  for (const auto& term : terms_) values.push_back(term.value(input, heads));
  return values;
}

at::Tensor LocalObjective::total(const std::vector<at::Tensor>& values) const {
  at::Tensor sum = values[0] * terms_[0].weight;
  for (std::size_t i = 1; i < values.size(); ++i) sum = sum + values[i] * terms_[i].weight;
  return sum;
}

}  // namespace fedfr::fl
