#include "fedfr/nn/backbones/plain.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sum.h>

// Two networks that are not for faces. The linear one is so small that autograd's graph costs more than its
// arithmetic, so its gradients are written out, with the operators that autograd would call: equal bits.
namespace fedfr::nn {

LinearBackbone::LinearBackbone(const BackboneConfig& config) : Backbone(config) {
  const std::int64_t pixels = std::int64_t{3} * config.height * config.width_pixels;
  add({"fc.weight", {config.embedding, pixels}, Start::xavier_uniform});
  add({"fc.bias", {config.embedding}});
}

at::Tensor LinearBackbone::embed(const ParameterSet& p, const at::Tensor& images) const {
  return at::linear(images.flatten(1), p[0], p[1]);
}

std::vector<at::Tensor> LinearBackbone::gradients(const ParameterSet& /*parameters*/,
                                                  const at::Tensor& images,
                                                  const at::Tensor& embedding_gradient) const {
  return {at::mm(embedding_gradient.t(), images.flatten(1)), at::sum(embedding_gradient, 0)};
}

CnnBackbone::CnnBackbone(const BackboneConfig& config) : Backbone(config) {
  constexpr int first_channels = 32;
  constexpr int second_channels = 64;
  constexpr int hidden_units = 128;
  constexpr int kernel = 3;
  const int first = channels(first_channels);
  const int second = channels(second_channels);
  const int hidden = channels(hidden_units);
  // Two convolutions without padding take kernel - 1 pixels each, and the pooling halves what is left.
  const auto pooled = [](int extent) { return (extent - 2 * (kernel - 1)) / 2; };
  const std::int64_t flat = std::int64_t{second} * pooled(config.height) * pooled(config.width_pixels);
  add({"conv1.weight", {first, 3, kernel, kernel}, Start::xavier_uniform});
  add({"conv1.bias", {first}});
  add({"conv2.weight", {second, first, kernel, kernel}, Start::xavier_uniform});
  add({"conv2.bias", {second}});
  add({"hidden.weight", {hidden, flat}, Start::xavier_uniform});
  add({"hidden.bias", {hidden}});
  add({"fc.weight", {config.embedding, hidden}, Start::xavier_uniform});
  add({"fc.bias", {config.embedding}});
}

at::Tensor CnnBackbone::embed(const ParameterSet& p, const at::Tensor& images) const {
  at::Tensor x = at::relu(at::conv2d(images, p[0], p[1]));
  x = at::relu(at::conv2d(x, p[2], p[3]));
  x = at::max_pool2d(x, {2, 2}).flatten(1);
  x = at::relu(at::linear(x, p[4], p[5]));
  return at::linear(x, p[6], p[7]);
}

}  // namespace fedfr::nn
