#include "fedfr/nn/backbones/mobile.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "fedfr/nn/kernels/prelu.hpp"

// A small network for processors: inverted residuals (1x1 expand, 3x3 by channel, 1x1 project) with PReLU,
// and in place of average pooling a learnt weight for each place of each channel ("global"), since in aligned
// faces places differ. Sources: Sandler et al., "MobileNetV2", CVPR 2018; Chen et al., "MobileFaceNets", CCBR
// 2018. Without batch normalisation: its statistics would be shared between clients. Residual units start as
// the identity instead.
namespace fedfr::nn {

namespace {

struct Stage {
  int channels, expansion, units, first_stride;
};
constexpr int stem_channels = 32;
constexpr int head_channels = 256;
constexpr std::array<Stage, 4> layout{{{32, 2, 2, 1}, {64, 4, 3, 2}, {96, 4, 4, 2}, {128, 4, 2, 2}}};
constexpr double prelu_start = 0.25;

/// Standard deviation that keeps the variance through a PReLU of slope 1/4 (He et al., ICCV 2015).
double he_deviation(std::int64_t fan_in) {
  return std::sqrt(2.0 / ((1.0 + prelu_start * prelu_start) * static_cast<double>(fan_in)));
}

}  // namespace

MobileBackbone::MobileBackbone(const BackboneConfig& config) : Backbone(config) {
  std::int64_t in = channels(stem_channels);
  // Sides as the strided convolutions leave them (padding 1, kernel 3); the global one covers what is left.
  std::int64_t height = (config.height + 1) / 2;
  std::int64_t width = (config.width_pixels + 1) / 2;
  add({"stem.weight", {in, 3, 3, 3}, Start::normal, he_deviation(27)});
  add({"stem.bias", {in}});
  add({"stem.prelu", {in}, Start::constant, prelu_start});
  for (const auto& stage : layout) {
    for (int u = 0; u < stage.units; ++u) {
      const std::int64_t out = channels(stage.channels);
      const int stride = u == 0 ? stage.first_stride : 1;
      units_.push_back({in, in * stage.expansion, out, stride});
      add_unit(units_.size(), units_.back());
      in = out;
      height = (height + stride - 1) / stride;
      width = (width + stride - 1) / stride;
    }
  }
  const std::int64_t head = channels(head_channels);
  add({"head.weight", {head, in, 1, 1}, Start::normal, he_deviation(in)});
  add({"head.bias", {head}});
  add({"head.prelu", {head}, Start::constant, prelu_start});
  add({"global.weight",
       {head, height, width},
       Start::normal,
       1.0 / std::sqrt(static_cast<double>(height * width))});
  add({"fc.weight", {config.embedding, head}, Start::xavier_uniform});
  add({"fc.bias", {config.embedding}});
}

void MobileBackbone::add_unit(std::size_t index, const Unit& unit) {
  const std::string name = fmt::format("unit{}.", index);
  add({name + "expand.weight", {unit.middle, unit.in, 1, 1}, Start::normal, he_deviation(unit.in)});
  add({name + "expand.bias", {unit.middle}});
  add({name + "expand.prelu", {unit.middle}, Start::constant, prelu_start});
  add({name + "depthwise.weight", {unit.middle, 1, 3, 3}, Start::normal, he_deviation(9)});
  add({name + "depthwise.bias", {unit.middle}});
  add({name + "depthwise.prelu", {unit.middle}, Start::constant, prelu_start});
  const double deviation = 1.0 / std::sqrt(static_cast<double>(unit.middle));
  add({name + "project.weight",
       {unit.out, unit.middle, 1, 1},
       unit.residual() ? Start::zeros : Start::normal,
       unit.residual() ? 0.0 : deviation});
  add({name + "project.bias", {unit.out}});
}

at::Tensor MobileBackbone::embed(const ParameterSet& p, const at::Tensor& images) const {
  std::size_t next = 0;
  const auto activated = [&](const at::Tensor& x, int stride, int padding, std::int64_t groups) {
    const at::Tensor y = prelu(at::conv2d(x, p[next], p[next + 1], stride, padding, 1, groups), p[next + 2]);
    next += 3;
    return y;
  };
  at::Tensor x = activated(images, 2, 1, 1);
  for (const auto& unit : units_) {
    at::Tensor y = activated(x, 1, 0, 1);
    y = activated(y, unit.stride, 1, unit.middle);
    y = at::conv2d(y, p[next], p[next + 1]);
    next += 2;
    x = unit.residual() ? x + y : y;
  }
  x = activated(x, 1, 0, 1);
  // A depthwise convolution with a kernel as large as its input: a weighted sum over places.
  x = (x * p[next]).sum({2, 3});
  return at::linear(x, p[next + 1], p[next + 2]);
}

}  // namespace fedfr::nn
