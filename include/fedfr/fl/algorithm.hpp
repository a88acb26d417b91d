#pragma once
#include <string>
#include <vector>

namespace fedfr::fl {

/// How an algorithm fills the one round loop. The terms of the local objective are settings of their own (see
/// ObjectiveConfig); an algorithm only says who trains, from where, and what the server does.
struct Algorithm {
  std::string name;
  std::string summary;
  bool pools_data = false;    ///< one "client" with the data of all, instead of a cohort
  bool aggregates = true;     ///< the server averages the updates into the global model
  bool own_backbone = false;  ///< a client goes on from its own backbone, not from the global one
};

/// @throws UsageError for an unknown name
const Algorithm& algorithm(const std::string& name);
const std::vector<Algorithm>& algorithms();

}  // namespace fedfr::fl
