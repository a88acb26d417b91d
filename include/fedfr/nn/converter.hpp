#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/nn/parameters.hpp"

namespace fedfr::nn {

/// The private map from the shared feature space to a client's own (FedFR, Decoupled Feature Customization).
enum class Converter {
  none,        ///< the shared feature itself
  linear,      ///< one linear layer that starts as the identity
  bottleneck,  ///< the feature plus a linear layer over four bottleneck branches
};

/// @param prefix  of the parameters' names, for example "dfc.converter."
std::vector<ParameterSpec> converter_specs(Converter kind, std::int64_t dimension, const std::string& prefix);

/// @param parameters  the converter's tensors, in the order of its specifications
/// @param features    [B,D]
/// @returns           [B,D]
at::Tensor convert(Converter kind, std::span<const at::Tensor> parameters, const at::Tensor& features);

}  // namespace fedfr::nn
