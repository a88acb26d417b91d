#pragma once
#include <array>

#include "fedfr/nn/backbones/layered.hpp"

namespace fedfr::nn {

/// MobileFaceNets (Chen et al., CCBR 2018) as InsightFace's arcface_torch has them (mobilefacenet.py, "mbf"):
/// its names of tensors and its initial values.
class MobileFaceNetBackbone final : public LayeredBackbone {
 public:
  struct Variant {
    /// Of the paper's channels at a width of 1: arcface_torch's `scale`. With 2, a width of 0.5 is the
    /// paper's network.
    int scale;
    std::array<int, 4> units;  ///< arcface_torch's `blocks`
  };
  MobileFaceNetBackbone(const BackboneConfig& config, const Variant& variant);

 private:
  struct Shape {
    std::int64_t out;
    int kernel = 1;
    int kernel_width = 0;
    int stride = 1;
    int padding = 0;
    std::int64_t groups = 1;
  };
  int filtered(int input, const std::string& name, const Shape& shape);   // convolution and batch norm
  int activated(int input, const std::string& name, const Shape& shape);  // and PReLU
  int unit(int input, const std::string& name, std::int64_t middle, std::int64_t out, int stride);
  int residual_units(int input, const std::string& name, int count, std::int64_t middle);
};

}  // namespace fedfr::nn
