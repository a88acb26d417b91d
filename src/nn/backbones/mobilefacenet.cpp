#include "fedfr/nn/backbones/mobilefacenet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

// Inverted residual units, and at the end a depthwise convolution over all that is left of the image. In
// arcface_torch `scale` widens what goes from unit to unit, but neither the middle of the units nor the last
// layers; and the second convolution has 64 groups whatever the width. A fedfr width below that of the paper
// makes these thinner too, else they would be most of a thin network.
namespace fedfr::nn {

namespace {

constexpr int stem_channels = 64;
constexpr int second_groups = 64;
constexpr int head_channels = 512;

}  // namespace

MobileFaceNetBackbone::MobileFaceNetBackbone(const BackboneConfig& config, const Variant& variant)
    : LayeredBackbone(config) {
  const double thinner = std::min(1.0, config.width * variant.scale);
  const auto outer = [&](int base) { return std::int64_t{channels(base * variant.scale)}; };
  const auto inner = [&](int base) {
    return std::int64_t{channels(static_cast<int>(std::lround(base * thinner / config.width)))};
  };
  int number = 0;
  const auto name = [&] { return fmt::format("layers.{}", number++); };
  const auto mark = [&](int layer) {
    stage(fmt::format("layers.{}", number - 1), layer);
    return layer;
  };
  int x = mark(activated(Layer::images, name(),
                         {.out = outer(stem_channels), .kernel = 3, .stride = 2, .padding = 1}));
  if (variant.units[0] == 1)
    x = mark(activated(x, name(),
                       {.out = outer(stem_channels),
                        .kernel = 3,
                        .padding = 1,
                        .groups = std::gcd(outer(stem_channels), inner(second_groups))}));
  else
    x = mark(residual_units(x, name(), variant.units[0], inner(128)));
  x = mark(unit(x, name(), inner(128), outer(64), 2));
  x = mark(residual_units(x, name(), variant.units[1], inner(128)));
  x = mark(unit(x, name(), inner(256), outer(128), 2));
  x = mark(residual_units(x, name(), variant.units[2], inner(256)));
  x = mark(unit(x, name(), inner(512), outer(128), 2));
  x = mark(residual_units(x, name(), variant.units[3], inner(256)));
  x = activated(x, "conv_sep", {.out = inner(head_channels)});
  stage("conv_sep", x);

  const Extent3 left = extent(x);
  x = filtered(x, "features.layers.0",
               {.out = left.channels,
                .kernel = static_cast<int>(left.height),
                .kernel_width = static_cast<int>(left.width),
                .groups = left.channels});
  stage("features.layers.0", x);
  x = flatten(x);
  stage("features.layers.1", x);
  x = linear(x, "features.layers.2", config.embedding, {Start::normal, std::sqrt(2.0 / config.embedding)},
             nullptr);
  stage("features.layers.2", x);
  stage("features.layers.3", batch_norm(x, "features.layers.3"));
}

int MobileFaceNetBackbone::filtered(int input, const std::string& name, const Shape& shape) {
  // He et al., ICCV 2015, by the values that a filter goes to, groups not considered.
  const int kernel_width = shape.kernel_width > 0 ? shape.kernel_width : shape.kernel;
  const auto fan_out = static_cast<double>(shape.out * shape.kernel * kernel_width);
  const int x = convolution(input, name + ".layers.0",
                            {.out = shape.out,
                             .kernel = shape.kernel,
                             .kernel_width = kernel_width,
                             .stride = shape.stride,
                             .padding = shape.padding,
                             .groups = shape.groups,
                             .draw = {Start::normal, std::sqrt(2.0 / fan_out)}});
  return batch_norm(x, name + ".layers.1");
}

int MobileFaceNetBackbone::activated(int input, const std::string& name, const Shape& shape) {
  return prelu(filtered(input, name, shape), name + ".layers.2");
}

int MobileFaceNetBackbone::unit(int input, const std::string& name, std::int64_t middle, std::int64_t out,
                                int stride) {
  int x = activated(input, name + ".layers.0", {.out = middle});
  x = activated(x, name + ".layers.1",
                {.out = middle, .kernel = 3, .stride = stride, .padding = 1, .groups = middle});
  return filtered(x, name + ".layers.2", {.out = out});
}

int MobileFaceNetBackbone::residual_units(int input, const std::string& name, int count,
                                          std::int64_t middle) {
  int x = input;
  for (int u = 0; u < count; ++u)
    x = sum(unit(x, fmt::format("{}.layers.{}", name, u), middle, extent(x).channels, 1), x);
  return x;
}

}  // namespace fedfr::nn
