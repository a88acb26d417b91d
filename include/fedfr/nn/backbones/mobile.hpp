#pragma once
#include "fedfr/nn/backbones/backbone.hpp"

namespace fedfr::nn {

/// A small network for CPUs and small data in the manner of MobileFaceNets (Chen et al., CCBR 2018): inverted
/// residual units around depthwise convolutions, PReLU, and a global depthwise convolution in place of a
/// large linear layer. It has no batch normalisation, whose running statistics do not average over clients;
/// instead the last convolution of each residual unit starts at zero, so that the network starts as a shallow
/// one (Fixup: Zhang, Dauphin, Ma, ICLR 2019).
class MobileBackbone final : public Backbone {
 public:
  explicit MobileBackbone(const BackboneConfig& config);
  at::Tensor embed(const ParameterSet& parameters, const at::Tensor& images) const override;

  struct Unit {
    std::int64_t in, middle, out;
    int stride;
    bool residual() const { return stride == 1 && in == out; }
  };
  const std::vector<Unit>& units() const { return units_; }

 private:
  void add_unit(std::size_t index, const Unit& unit);

  std::vector<Unit> units_;
};

}  // namespace fedfr::nn
