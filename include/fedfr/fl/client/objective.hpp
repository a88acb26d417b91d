#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "fedfr/fl/parts/term.hpp"
#include "fedfr/nn/margins/margin.hpp"

namespace fedfr::fl {

/// The sum of weighted terms, each a pure function of features, heads and labels.
class LocalObjective {
 public:
  /// @param margin_weight  of the margin softmax, which is the first term; 0: it is none
  LocalObjective(const nn::MarginConfig& margin, double margin_weight, const std::vector<Term>& more);

  const std::vector<Term>& terms() const { return terms_; }

  /// The unweighted value of each term, in the order of `terms`.
  std::vector<at::Tensor> evaluate(const StepInput& input, const Heads& heads) const;
  /// Their weighted sum, which is what is differentiated.
  at::Tensor total(const std::vector<at::Tensor>& values) const;

 private:
  std::vector<Term> terms_;
};

}  // namespace fedfr::fl
