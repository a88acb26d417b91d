#include "fedfr/nn/backbones/iresnet.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

// Units of batch norm, convolution, batch norm, PReLU, convolution, batch norm: nothing follows the sum, and
// the stride is in the second convolution. The first unit of each stage, also of the first one, halves the
// image.
namespace fedfr::nn {

namespace {

constexpr int stem_channels = 64;
constexpr std::array<int, 4> stage_channels{64, 128, 256, 512};
constexpr double filter_deviation = 0.1;  // of all filters, whatever their size

}  // namespace

IResNetBackbone::IResNetBackbone(const BackboneConfig& config, std::array<int, 4> units)
    : LayeredBackbone(config) {
  const Draw filters{Start::normal, filter_deviation};
  int x = convolution(Layer::images, "conv1",
                      {.out = channels(stem_channels), .kernel = 3, .padding = 1, .draw = filters});
  stage("conv1", x);
  x = batch_norm(x, "bn1");
  stage("bn1", x);
  x = prelu(x, "prelu");
  stage("prelu", x);
  for (std::size_t s = 0; s < units.size(); ++s) {
    const std::string name = fmt::format("layer{}", s + 1);
    for (int u = 0; u < units[s]; ++u)
      x = add_unit(x, fmt::format("{}.{}", name, u), channels(stage_channels[s]), u == 0);
    stage(name, x);
  }
  x = batch_norm(x, "bn2");
  stage("bn2", x);
  x = flatten(x);
  // As torch.nn.Linear starts.
  const Draw uniform{Start::uniform, 1 / std::sqrt(static_cast<double>(extent(x).channels))};
  x = linear(x, "fc", config.embedding, uniform, &uniform);
  stage("fc", x);
  stage("features", batch_norm(x, "features", Learning::never));
}

int IResNetBackbone::add_unit(int input, const std::string& name, std::int64_t out, bool is_first) {
  const Draw filters{Start::normal, filter_deviation};
  const int stride = is_first ? 2 : 1;
  int x = batch_norm(input, name + ".bn1");
  x = convolution(x, name + ".conv1", {.out = out, .kernel = 3, .padding = 1, .draw = filters});
  x = batch_norm(x, name + ".bn2");
  x = prelu(x, name + ".prelu");
  x = convolution(x, name + ".conv2",
                  {.out = out, .kernel = 3, .stride = stride, .padding = 1, .draw = filters});
  x = batch_norm(x, name + ".bn3");
  if (!is_first) return sum(x, input);
  int shortcut = convolution(input, name + ".downsample.0", {.out = out, .stride = stride, .draw = filters});
  shortcut = batch_norm(shortcut, name + ".downsample.1");
  return sum(x, shortcut);
}

}  // namespace fedfr::nn
