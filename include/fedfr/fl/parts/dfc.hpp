#pragma once
#include "fedfr/fl/parts/algorithm.hpp"
#include "fedfr/nn/converter.hpp"
#include "fedfr/nn/losses.hpp"

namespace fedfr::fl {

struct DfcPartConfig {
  double weight = 10;
  nn::Converter converter = nn::Converter::linear;
  nn::DfcConfig loss = {};
  bool detach = false;  ///< keep the term's gradient from the shared features
};

constexpr const char* dfc_name = "dfc";

/// Decoupled feature customisation (FedFR, Liu et al., AAAI 2022, section "Decoupled Feature Customization"):
/// a private head of a converter and a binary classifier for each of the client's people, its term in the
/// objective, and the personal model that embeds through the converter.
void add_dfc(Algorithm& row, const DfcPartConfig& config);

/// The head's parameters: dfc.weight [n,D], dfc.bias [n], then the converter's.
std::vector<nn::ParameterSpec> dfc_specs(nn::Converter converter, std::int64_t identities,
                                         std::int64_t dimension);

}  // namespace fedfr::fl
