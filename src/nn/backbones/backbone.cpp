#include "fedfr/nn/backbones/backbone.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "fedfr/core/error.hpp"
#include "fedfr/nn/backbones/iresnet.hpp"
#include "fedfr/nn/backbones/mobile.hpp"
#include "fedfr/nn/backbones/mobilefacenet.hpp"
#include "fedfr/nn/backbones/plain.hpp"
#include "fedfr/nn/backbones/sphere.hpp"

// The table of backbones by name, and what they have in common: parameters that are listed in the constructor
// and taken by their place in the list.
namespace fedfr::nn {

namespace {

struct Entry {
  const char* name;
  std::unique_ptr<Backbone> (*make)(const BackboneConfig&);
};

template <int A, int B, int C, int D>
std::unique_ptr<Backbone> make_sphere(const BackboneConfig& config) {
  return std::make_unique<SphereBackbone>(config, std::array{A, B, C, D});
}

template <int A, int B, int C, int D>
std::unique_ptr<Backbone> make_iresnet(const BackboneConfig& config) {
  return std::make_unique<IResNetBackbone>(config, std::array{A, B, C, D});
}

template <int Scale, int A, int B, int C, int D>
std::unique_ptr<Backbone> make_mobilefacenet(const BackboneConfig& config) {
  return std::make_unique<MobileFaceNetBackbone>(
      config, MobileFaceNetBackbone::Variant{.scale = Scale, .units = {A, B, C, D}});
}

template <class Network>
std::unique_ptr<Backbone> make_other(const BackboneConfig& config) {
  return std::make_unique<Network>(config);
}

constexpr Entry backbones[] = {
    {"sphere20", make_sphere<1, 2, 4, 1>},
    {"sphere64", make_sphere<3, 7, 16, 3>},
    {"iresnet18", make_iresnet<2, 2, 2, 2>},
    {"iresnet34", make_iresnet<3, 4, 6, 3>},
    {"iresnet50", make_iresnet<3, 4, 14, 3>},
    {"iresnet100", make_iresnet<3, 13, 30, 3>},
    {"iresnet200", make_iresnet<6, 26, 60, 6>},
    {"mobilefacenet", make_mobilefacenet<2, 1, 4, 6, 2>},
    {"mobilefacenet-large", make_mobilefacenet<4, 2, 8, 12, 4>},
    {"mobile", make_other<MobileBackbone>},
    {"cnn", make_other<CnnBackbone>},
    {"linear", make_other<LinearBackbone>},
};

}  // namespace

std::vector<std::string> backbone_names() {
  std::vector<std::string> names;
  for (const auto& entry : backbones) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Backbone> Backbone::make(const BackboneConfig& config) {
  constexpr int smallest = 16;
  if (config.height < smallest || config.width_pixels < smallest)
    throw UsageError("images of {}x{} pixels are too small: the networks need at least {}x{}", config.height,
                     config.width_pixels, smallest, smallest);
  for (const auto& entry : backbones)
    if (config.name == entry.name) return entry.make(config);
  throw UsageError("unknown backbone '{}': choose one of {}", config.name, fmt::join(backbone_names(), ", "));
}

at::MemoryFormat fastest_format(const BackboneConfig& config, Precision precision, at::Device device) {
  const bool convolves = config.name != "linear";
  const bool channels_last = convolves && (device.is_cpu() || precision == Precision::bf16);
  return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

std::vector<at::Tensor> Backbone::gradients(const ParameterSet& /*parameters*/, const at::Tensor& /*images*/,
                                            const at::Tensor& /*embedding_gradient*/) const {
  throw std::logic_error("the network " + config_.name + " leaves its gradients to autograd");
}

int Backbone::channels(int base) const {
  constexpr int granule = 4;
  return std::max(granule, static_cast<int>(std::lround(base * config_.width / granule)) * granule);
}

}  // namespace fedfr::nn
