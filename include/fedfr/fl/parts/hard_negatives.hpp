#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "fedfr/fl/parts/public_images.hpp"

namespace fedfr::fl {

struct MiningConfig {
  double threshold = 0.4;  ///< cosine, compared in float32
  double cap = 0;  ///< at most so many times the number of local images, the most similar ones; 0: no cap
};

/// Works the lengths out, without anything of the features' size in between.
Candidates candidates(const at::Tensor& features);

/// For each public image the largest cosine to any local image, by the global model of the round's start.
/// @param local   [n,D] unit-length features
/// @returns       [N]
at::Tensor largest_similarity(const at::Tensor& local, const Candidates& publics);

/// Hard negatives (FedFR, section "Hard Negative Sampling"): the public images whose largest similarity is
/// above the threshold; with a cap the most similar of them, the lower index first where equal.
/// @returns ascending indices of public images; none is a valid outcome
std::vector<std::int64_t> mine_hard_negatives(const at::Tensor& local, const Candidates& publics,
                                              const MiningConfig& config);

/// The part that does so for a client's round.
PublicImages hard_negatives(const MiningConfig& config);

}  // namespace fedfr::fl
