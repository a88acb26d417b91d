#pragma once
#include "fedfr/fl/parts/algorithm.hpp"
#include "fedfr/nn/margins/margin.hpp"

namespace fedfr::fl {

/// The base of every objective: softmax over the identities, with a margin.
Term margin_term(const nn::MarginConfig& margin, double weight);

/// The private head with AdaFace's running statistics of the lengths of embeddings.
constexpr const char* length_statistics = "length_statistics";

/// What the margin needs beside class centres: for AdaFace its statistics, which a client keeps from round to
/// round. They cannot begin anew with each: after a hundred steps a third of them is still the start's, and
/// at that AdaFace is no more than CosFace. Nor are they averaged: which lengths are usual depends on a
/// client's images.
void add_margin_state(Algorithm& row, nn::Margin margin);

}  // namespace fedfr::fl
