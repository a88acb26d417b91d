#include "fedfr/nn/backbones/sphere.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <fmt/format.h>

#include "fedfr/nn/kernels/prelu.hpp"

// The network of SphereFace (Liu et al., CVPR 2017), which FedFR uses: four stages, each a convolution of
// stride 2 and some residual units of two 3x3 convolutions with PReLU, no batch normalisation, one linear
// layer at the end. `embed` takes the parameters in the order in which the constructor lists them; both have
// to be changed together.
namespace fedfr::nn {

namespace {
constexpr std::array<int, 4> stage_channels{64, 128, 256, 512};
constexpr double prelu_start = 0.25;
constexpr double residual_deviation = 0.01;
}  // namespace

SphereBackbone::SphereBackbone(const BackboneConfig& config, std::array<int, 4> units)
    : Backbone(config), units_(units) {
  std::int64_t in = 3;
  std::int64_t height = config.height;
  std::int64_t width = config.width_pixels;
  for (std::size_t s = 0; s < units_.size(); ++s) {
    const std::int64_t out = channels(stage_channels[s]);
    const std::string stage = fmt::format("layer{}.", s + 1);
    add({stage + "0.weight", {out, in, 3, 3}, Start::xavier_uniform});
    add({stage + "0.bias", {out}});
    add({stage + "1.weight", {out}, Start::constant, prelu_start});
    for (int u = 0; u < units_[s]; ++u) {
      for (int half = 1; half <= 2; ++half) {
        const std::string unit = fmt::format("{}{}.", stage, u + 2);
        add({fmt::format("{}conv{}.weight", unit, half),
             {out, out, 3, 3},
             Start::normal,
             residual_deviation});
        add({fmt::format("{}prelu{}.weight", unit, half), {out}, Start::constant, prelu_start});
      }
    }
    in = out;
    height = (height + 1) / 2;
    width = (width + 1) / 2;
  }
  add({"fc.weight", {config.embedding, in * height * width}, Start::xavier_uniform});
  add({"fc.bias", {config.embedding}});
}

std::array<at::Tensor, 4> SphereBackbone::stages(const ParameterSet& p, const at::Tensor& images) const {
  std::array<at::Tensor, 4> outputs;
  at::Tensor x = images;
  // Parameters in the order in which the constructor has added them.
  std::size_t next = 0;
  for (std::size_t s = 0; s < units_.size(); ++s) {
    x = prelu(at::conv2d(x, p[next], p[next + 1], /*stride=*/2, /*padding=*/1), p[next + 2]);
    next += 3;
    for (int u = 0; u < units_[s]; ++u, next += 4) {
      const at::Tensor y = prelu(at::conv2d(x, p[next], at::Tensor(), 1, 1), p[next + 1]);
      x = prelu(at::conv2d(y, p[next + 2], at::Tensor(), 1, 1), p[next + 3], x);
    }
    outputs[s] = x;
  }
  return outputs;
}

at::Tensor SphereBackbone::embed(const ParameterSet& p, const at::Tensor& images) const {
  const std::size_t count = specs().size();
  return at::linear(stages(p, images).back().flatten(1), p[count - 2], p[count - 1]);
}

}  // namespace fedfr::nn
