#include "fedfr/nn/backbones/layered.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "fedfr/nn/kernels/batch_norm.hpp"
#include "fedfr/nn/kernels/prelu.hpp"

// Networks as data. Layers only name their inputs by number, so that an output can be forgotten after the
// last layer that takes it: without gradients a deep network then holds two or three outputs at a time, and
// PReLU and sums work in place.
namespace fedfr::nn {

namespace {

constexpr double prelu_start = 0.25;
constexpr double mean_square_of_images = 1.0 / 3;  // of values spread over [-1, 1]

/// Of a weight's values.
double mean_square_of(Start start, double value) {
  if (start == Start::normal) return value * value;
  if (start == Start::uniform) return value * value / 3;
  return 0;
}

std::int64_t side_after(std::int64_t side, int kernel, int stride, int padding) {
  return (side + 2 * padding - kernel) / stride + 1;
}

}  // namespace

Extent3 LayeredBackbone::extent(int layer) const {
  if (layer == Layer::images) return {3, config().height, config().width_pixels};
  return layers_.at(static_cast<std::size_t>(layer)).out;
}

double LayeredBackbone::mean_square(int layer) const {
  return layer == Layer::images ? mean_square_of_images
                                : layers_.at(static_cast<std::size_t>(layer)).mean_square;
}

int LayeredBackbone::add_layer(Layer layer) {
  const auto number = static_cast<int>(layers_.size());
  for (const int input : {layer.input, layer.other})
    if (input >= 0) layers_[static_cast<std::size_t>(input)].last_use = number;
  layers_.push_back(std::move(layer));
  return number;
}

int LayeredBackbone::convolution(int input, const std::string& name, const Convolution& shape) {
  const Extent3 in = extent(input);
  const int kernel_width = shape.kernel_width > 0 ? shape.kernel_width : shape.kernel;
  const Extent3 out{shape.out, side_after(in.height, shape.kernel, shape.stride, shape.padding),
                    side_after(in.width, kernel_width, shape.stride, shape.padding)};
  const std::int64_t fan_in = in.channels / shape.groups * shape.kernel * kernel_width;
  const int layer = add_layer({.kind = Layer::Kind::convolution,
                               .name = name,
                               .input = input,
                               .parameter = specs().size(),
                               .stride = shape.stride,
                               .padding = shape.padding,
                               .groups = shape.groups,
                               .out = out,
                               .mean_square = static_cast<double>(fan_in) * mean_square(input) *
                                              mean_square_of(shape.draw.start, shape.draw.value)});
  add({name + ".weight",
       {shape.out, in.channels / shape.groups, shape.kernel, kernel_width},
       shape.draw.start,
       shape.draw.value});
  return layer;
}

int LayeredBackbone::linear(int input, const std::string& name, std::int64_t out, Draw weight,
                            const Draw* bias) {
  const int layer =
      add_layer({.kind = Layer::Kind::linear,
                 .name = name,
                 .input = input,
                 .parameter = specs().size(),
                 .bias = bias != nullptr,
                 .out = {out},
                 .mean_square = static_cast<double>(extent(input).channels) * mean_square(input) *
                                mean_square_of(weight.start, weight.value)});
  add({name + ".weight", {out, extent(input).channels}, weight.start, weight.value});
  if (bias != nullptr) add({name + ".bias", {out}, bias->start, bias->value});
  return layer;
}

int LayeredBackbone::batch_norm(int input, const std::string& name, Learning scale) {
  const Extent3 out = extent(input);
  const std::vector<std::int64_t> shape{out.channels};
  const int layer = add_layer({.kind = Layer::Kind::batch_norm,
                               .name = name,
                               .input = input,
                               .parameter = specs().size(),
                               .bias = true,
                               .out = out,
                               .mean_square = 1});
  add({name + ".weight", shape, Start::constant, 1, scale, true});
  add({name + ".bias", shape, Start::zeros, 0, Learning::by_gradient, true});
  add({name + ".running_mean", shape, Start::zeros, 0, Learning::mean, true});
  add({name + ".running_var", shape, Start::constant, mean_square(input), Learning::variance, true});
  add({name + ".num_batches_tracked", {}, Start::zeros, 0, Learning::counter, true});
  return layer;
}

int LayeredBackbone::prelu(int input, const std::string& name) {
  const int layer = add_layer({.kind = Layer::Kind::prelu,
                               .name = name,
                               .input = input,
                               .parameter = specs().size(),
                               .out = extent(input),
                               // Half of the values are negative.
                               .mean_square = mean_square(input) * (1 + prelu_start * prelu_start) / 2});
  add({name + ".weight", {extent(input).channels}, Start::constant, prelu_start});
  return layer;
}

int LayeredBackbone::sum(int first, int second) {
  return add_layer({.kind = Layer::Kind::sum,
                    .name = {},
                    .input = first,
                    .other = second,
                    .out = extent(first),
                    .mean_square = mean_square(first) + mean_square(second)});
}

int LayeredBackbone::flatten(int input) {
  const Extent3 in = extent(input);
  return add_layer({.kind = Layer::Kind::flatten,
                    .name = {},
                    .input = input,
                    .out = {in.channels * in.height * in.width},
                    .mean_square = mean_square(input)});
}

// A batch norm that has become part of a convolution has no scale left, and its bias is the convolution's.
ParameterSet LayeredBackbone::frozen(const ParameterSet& parameters, at::MemoryFormat filters,
                                     at::ScalarType type) const {
  const at::NoGradGuard no_grad;
  std::map<std::size_t, at::Tensor> folded;
  for (std::size_t i = 1; i < layers_.size(); ++i) {
    const Layer& norm = layers_[i];
    const Layer& convolution = layers_[i - 1];
    if (norm.kind != Layer::Kind::batch_norm || convolution.kind != Layer::Kind::convolution ||
        norm.input != static_cast<int>(i) - 1 || convolution.last_use != static_cast<int>(i))
      continue;
    const std::size_t at = norm.parameter;
    const at::Tensor factor =
        parameters[at] / (parameters[at + 3] + norm_epsilon).sqrt();  // of its scale and running variance
    folded[convolution.parameter] = parameters[convolution.parameter] * factor.view({-1, 1, 1, 1});
    folded[at] = at::Tensor();
    folded[at + 1] = parameters[at + 1] - parameters[at + 2] * factor;
  }
  return parameters.with(folded).frozen(filters, type);
}

/// What the batch norm behind it has left to a convolution; undefined if it is there itself.
at::Tensor LayeredBackbone::bias_of(const Layer& convolution, const ParameterSet& p) const {
  const auto next = static_cast<std::size_t>(&convolution - layers_.data()) + 1;
  if (next == layers_.size() || layers_[next].kind != Layer::Kind::batch_norm) return {};
  const std::size_t at = layers_[next].parameter;
  return p[at].defined() ? at::Tensor() : p[at + 1];
}

at::Tensor LayeredBackbone::compute(const Layer& layer, const ParameterSet& p, at::Tensor input,
                                    at::Tensor other, bool in_training) const {
  const std::size_t at = layer.parameter;
  switch (layer.kind) {
    case Layer::Kind::convolution:
      return at::conv2d(input, p[at], bias_of(layer, p), layer.stride, layer.padding, 1, layer.groups);
    case Layer::Kind::linear:
      return at::linear(input, p[at], layer.bias ? p[at + 1] : at::Tensor());
    case Layer::Kind::batch_norm:
      if (!p[at].defined()) return input;  // it is in the convolution
      return nn::batch_norm(input, {p[at], p[at + 1], p[at + 2], p[at + 3], p[at + 4]}, in_training);
    case Layer::Kind::prelu:
      return nn::prelu(std::move(input), p[at]);
    case Layer::Kind::sum:
      // In place where nobody else holds it.
      return at::GradMode::is_enabled() || input.use_count() > 1 ? input + other : input.add_(other);
    case Layer::Kind::flatten:
      // Of a channels-last tensor this copies: the order of values is the one that the weights are for.
      return input.flatten(1);
  }
  throw std::logic_error("no such kind of layer");
}

at::Tensor LayeredBackbone::walk(const ParameterSet& parameters, const at::Tensor& images, bool in_training,
                                 const Look& look) const {
  std::vector<at::Tensor> values(layers_.size());
  const auto take = [&](int number, std::size_t layer) -> at::Tensor {
    if (number == Layer::images) return images;
    const auto i = static_cast<std::size_t>(number);
    return layers_[i].last_use == static_cast<int>(layer) ? std::move(values[i]) : values[i];
  };
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    at::Tensor input = take(layer.input, i);
    at::Tensor other = layer.kind == Layer::Kind::sum ? take(layer.other, i) : at::Tensor();
    values[i] = compute(layer, parameters, std::move(input), std::move(other), in_training);
    if (look) look(static_cast<int>(i), values[i]);
  }
  return values.back();
}

at::Tensor LayeredBackbone::embed(const ParameterSet& parameters, const at::Tensor& images) const {
  return walk(parameters, images, false, {});
}

at::Tensor LayeredBackbone::embed_in_training(const ParameterSet& parameters,
                                              const at::Tensor& images) const {
  return walk(parameters, images, true, {});
}

std::vector<at::Tensor> LayeredBackbone::outputs(const ParameterSet& parameters, const at::Tensor& images,
                                                 bool in_training) const {
  std::vector<at::Tensor> found(stages_.size());
  walk(parameters, images, in_training, [&](int layer, const at::Tensor& output) {
    for (std::size_t s = 0; s < stages_.size(); ++s)
      // A copy, since a later layer may work in its place.
      if (stages_[s].layer == layer) found[s] = output.detach().clone();
  });
  return found;
}

}  // namespace fedfr::nn
