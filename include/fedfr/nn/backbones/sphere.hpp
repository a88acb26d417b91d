#pragma once
#include <array>

#include "fedfr/nn/backbones/backbone.hpp"

namespace fedfr::nn {

/// SphereFace networks (Liu et al., CVPR 2017): four stages, each a strided convolution with bias and PReLU
/// followed by residual units of two bias-free convolutions with PReLU; then one linear layer.
class SphereBackbone final : public Backbone {
 public:
  /// @param units  residual units of each stage: {1,2,4,1} for 20 layers, {3,7,16,3} for 64
  SphereBackbone(const BackboneConfig& config, std::array<int, 4> units);

  at::Tensor embed(const ParameterSet& parameters, const at::Tensor& images) const override;

  /// The outputs of the four stages.
  std::array<at::Tensor, 4> stages(const ParameterSet& parameters, const at::Tensor& images) const;

  const std::array<int, 4>& units() const { return units_; }  ///< residual ones of each stage

 private:
  std::array<int, 4> units_;
};

}  // namespace fedfr::nn
