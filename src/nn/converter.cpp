#include "fedfr/nn/converter.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linear.h>
#include <fmt/format.h>

// The converter between the shared backbone and a client's own binary classifiers: it turns the shared
// feature into one that suits the client's people, so that these can be told apart without the backbone being
// bent for them. Source: FedFR (Liu et al., AAAI 2022), section "Decoupled Feature Customization"; the
// branches are those of the released program.
namespace fedfr::nn {

namespace {
constexpr std::int64_t branches = 4;
constexpr double leaky_slope = 0.01;
}  // namespace

std::vector<ParameterSpec> converter_specs(Converter kind, std::int64_t dimension,
                                           const std::string& prefix) {
  if (kind == Converter::none) return {};
  if (kind == Converter::linear)
    return {{prefix + "0.weight", {dimension, dimension}, Start::identity}, {prefix + "0.bias", {dimension}}};
  std::vector<ParameterSpec> specs;
  const std::int64_t narrow = dimension / branches;
  for (std::int64_t b = 1; b <= branches; ++b) {
    const std::string branch = fmt::format("{}br{}.", prefix, b);
    specs.push_back({branch + "0.weight", {narrow, dimension}, Start::xavier_uniform});
    specs.push_back({branch + "0.bias", {narrow}});
    specs.push_back({branch + "2.weight", {narrow, narrow}, Start::xavier_uniform});
    specs.push_back({branch + "2.bias", {narrow}});
  }
  // Zero weights in the last layer make the converter start as the identity, as the linear one does.
  specs.push_back({prefix + "concat_fc.weight", {dimension, narrow * branches}});
  specs.push_back({prefix + "concat_fc.bias", {dimension}});
  return specs;
}

at::Tensor convert(Converter kind, std::span<const at::Tensor> p, const at::Tensor& features) {
  if (kind == Converter::none) return features;
  if (kind == Converter::linear) return at::linear(features, p[0], p[1]);
  std::vector<at::Tensor> outputs;
  for (std::size_t b = 0; b < static_cast<std::size_t>(branches); ++b) {
    const at::Tensor hidden = at::leaky_relu(at::linear(features, p[4 * b], p[4 * b + 1]), leaky_slope);
    outputs.push_back(at::leaky_relu(at::linear(hidden, p[4 * b + 2], p[4 * b + 3]), leaky_slope));
  }
  return features + at::linear(at::cat(outputs, 1), p[16], p[17]);
}

}  // namespace fedfr::nn
