#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fedfr/nn/parameters.hpp"
#include "fedfr/nn/precision.hpp"

namespace fedfr::nn {

struct BackboneConfig {
  std::string name = "sphere20";  ///< one of backbone_names()
  double width = 1.0;             ///< factor on every layer's channels, > 0
  int embedding = 512;            ///< D
  int height = 112;               ///< of the images, pixels
  int width_pixels = 112;
  bool operator==(const BackboneConfig&) const = default;
};

/// A network that maps a face to its embedding. It holds the architecture only: the weights are passed in, so
/// that the global, the local and the previous local model of a client are three sets of numbers and one
/// network.
class Backbone {
 public:
  virtual ~Backbone() = default;

  /// @throws UsageError for an unknown name or an image too small for the network
  static std::unique_ptr<Backbone> make(const BackboneConfig& config);

  const BackboneConfig& config() const { return config_; }
  const std::vector<ParameterSpec>& specs() const { return specs_; }
  ParameterSet make_parameters(at::Device device = at::kCPU,
                               at::MemoryFormat filters = at::MemoryFormat::Contiguous) const {
    return ParameterSet(specs_, device, filters);
  }

  /// @param images  [B,3,H,W] float32 in [-1, 1]
  /// @returns       [B,D], not normalised
  virtual at::Tensor embed(const ParameterSet& parameters, const at::Tensor& images) const = 0;

  /// The same for a step of training: batch norms normalise the batch by its own mean and variance, and move
  /// their running ones, which `embed` uses.
  virtual at::Tensor embed_in_training(const ParameterSet& parameters, const at::Tensor& images) const {
    return embed(parameters, images);
  }

  /// The parameters as passes without gradients take them: laid out, rounded, and whatever else is done once
  /// instead of with every batch. Only for `embed`.
  virtual ParameterSet frozen(const ParameterSet& parameters, at::MemoryFormat filters,
                              at::ScalarType type) const {
    return parameters.frozen(filters, type);
  }

  /// Whether `gradients` does what autograd would, without its graph: for networks so small that the graph
  /// takes longer than the arithmetic.
  virtual bool has_gradients() const { return false; }
  /// @param embedding_gradient  [B,D] of the loss
  /// @returns                   of the loss, one for each parameter; the bits that autograd's would have
  /// @throws std::logic_error unless has_gradients()
  virtual std::vector<at::Tensor> gradients(const ParameterSet& parameters, const at::Tensor& images,
                                            const at::Tensor& embedding_gradient) const;

 protected:
  explicit Backbone(BackboneConfig config) : config_(std::move(config)) {}
  int channels(int base) const;  ///< scaled by the width factor, at least 4 and a multiple of 4
  void add(ParameterSpec spec) { specs_.push_back(std::move(spec)); }

 private:
  BackboneConfig config_;
  std::vector<ParameterSpec> specs_;
};

std::vector<std::string> backbone_names();

/// The memory format that trains this network fastest. On processors that is channels-last for every network
/// that convolves: by 3 to 43 % in fp32 and bf16 at widths 0.25 to 1 (fedfr-bench train-step, Intel Xeon with
/// AVX-512 and AMX). On GPUs tensor cores want it in bf16.
at::MemoryFormat fastest_format(const BackboneConfig& config, Precision precision, at::Device device);

}  // namespace fedfr::nn
