#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "fedfr/nn/converter.hpp"
#include "fedfr/nn/losses.hpp"
#include "fedfr/nn/parameters.hpp"

namespace fedfr::fl {

/// Each term of a client's objective has a switch and a weight, so that an ablation is a setting.
struct ObjectiveConfig {
  nn::MarginConfig margin;
  double margin_weight = 1;
  bool dfc = true;
  double dfc_weight = 10;
  nn::Converter converter = nn::Converter::linear;
  nn::DfcConfig dfc_config;
  bool dfc_detach = false;  ///< keep the personal objective from reaching the shared features at all
  bool contrastive = true;
  double contrastive_weight = 5;
  double temperature = 0.5;
};

/// A client's classifiers during a round.
struct Heads {
  at::Tensor classifier;  ///< [n_local + n_public, D] class centres, a leaf; undefined for Margin::logits
  nn::ParameterSet
      dfc;  ///< dfc.weight [n_local,D], dfc.bias [n_local], then the converter; empty without DFC
};

/// What one step is computed from.
struct StepInput {
  at::Tensor features;           ///< [B,D] of the network in training
  at::Tensor labels;             ///< [B] int64; local identities first, then public ones
  at::Tensor global_features;    ///< [B,D], only read by the contrastive term
  at::Tensor previous_features;  ///< [B,D], likewise
};

/// The sum of weighted terms, each a pure function of features, heads and labels.
class LocalObjective {
 public:
  struct Term {
    std::string name;  ///< "margin", "dfc" or "contrastive"
    double weight;
    std::function<at::Tensor(const StepInput&, const Heads&)> value;
  };

  explicit LocalObjective(const ObjectiveConfig& config);

  const std::vector<Term>& terms() const { return terms_; }
  bool has(const std::string& term) const;

  /// The unweighted value of each term, in the order of `terms`.
  std::vector<at::Tensor> evaluate(const StepInput& input, const Heads& heads) const;
  at::Tensor total(const std::vector<at::Tensor>& values) const;

 private:
  std::vector<Term> terms_;
};

/// Parameters of the private branch for `identities` local identities.
std::vector<nn::ParameterSpec> dfc_specs(nn::Converter converter, std::int64_t identities,
                                         std::int64_t dimension);

}  // namespace fedfr::fl
