#include "fedfr/fl/algorithm.hpp"

#include "fedfr/core/error.hpp"

namespace fedfr::fl {

const std::vector<Algorithm>& algorithms() {
  static const std::vector<Algorithm> table = {
      {.name = "fedfr",
       .summary = "FedFR (Liu et al., AAAI 2022): hard negatives, private branch, contrastive term"},
      {.name = "fedavg", .summary = "federated averaging (McMahan et al., AISTATS 2017) of the backbones"},
      {.name = "local",
       .summary = "every client alone, from the same start",
       .aggregates = false,
       .own_backbone = true},
      {.name = "centralized", .summary = "ordinary training on pooled data", .pools_data = true},
  };
  return table;
}

const Algorithm& algorithm(const std::string& name) {
  std::string known;
  for (const auto& entry : algorithms()) {
    if (entry.name == name) return entry;
    known += (known.empty() ? "" : ", ") + entry.name;
  }
  throw UsageError("unknown algorithm '{}': choose one of {}", name, known);
}

}  // namespace fedfr::fl
