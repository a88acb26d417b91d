#pragma once
#include "fedfr/nn/backbones/backbone.hpp"

/// Small classifiers of the federated-learning literature. With margin = logits their embedding is read as
/// the logits of classes that all clients share: ordinary classification, to compare with general simulators.
namespace fedfr::nn {

/// One linear layer over the pixels.
class LinearBackbone final : public Backbone {
 public:
  explicit LinearBackbone(const BackboneConfig& config);
  at::Tensor embed(const ParameterSet& parameters, const at::Tensor& images) const override;
  bool has_gradients() const override { return true; }
  std::vector<at::Tensor> gradients(const ParameterSet& parameters, const at::Tensor& images,
                                    const at::Tensor& embedding_gradient) const override;
};

/// Two convolutions and two linear layers: the CIFAR-10 network of pfl-research's benchmarks ("simple_cnn"),
/// without its dropout.
class CnnBackbone final : public Backbone {
 public:
  explicit CnnBackbone(const BackboneConfig& config);
  at::Tensor embed(const ParameterSet& parameters, const at::Tensor& images) const override;
};

}  // namespace fedfr::nn
