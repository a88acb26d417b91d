#pragma once
#include "fedfr/fl/parts/term.hpp"
#include "fedfr/nn/losses.hpp"

namespace fedfr::fl {

/// The base of every objective: softmax over the identities, with a margin.
Term margin_term(const nn::MarginConfig& margin, double weight);

}  // namespace fedfr::fl
