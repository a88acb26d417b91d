#pragma once
#include "fedfr/fl/parts/term.hpp"

namespace fedfr::fl {

struct ContrastiveConfig {
  double weight = 5;
  double temperature = 0.5;
  std::function<at::Tensor(ClientId)> newcomers_model = {};  ///< see Term
};

/// Contrastive regularisation (FedFR, Liu et al., AAAI 2022; MOON, Li, He, Song, CVPR 2021): pulls a client's
/// features towards the global model's and away from its previous model's.
Term contrastive_term(const ContrastiveConfig& config);

}  // namespace fedfr::fl
