#include "fedfr/nn/weights/graph.hpp"

#include <fmt/format.h>

#include <functional>
#include <stdexcept>

#include "fedfr/nn/backbones/layered.hpp"
#include "fedfr/nn/backbones/mobile.hpp"
#include "fedfr/nn/backbones/plain.hpp"
#include "fedfr/nn/backbones/sphere.hpp"

// From networks to operations: those that are lists of layers by a walk over them, the others once more by
// hand, in the order of their `embed`. The tests compare each with that.
namespace fedfr::nn {

namespace {

using Kind = GraphNode::Kind;

constexpr double batch_norm_epsilon = 1e-5;  // kernels/batch_norm.cpp
constexpr double leaky_slope = 0.01;         // converter.cpp
constexpr double shortest = 1e-12;           // losses.cpp: row_lengths

/// Adds nodes, each of which returns its number.
class Builder {
 public:
  /// @param tensor_of  by the name of a parameter
  Builder(Graph& graph, std::function<at::Tensor(const std::string&)> tensor_of)
      : graph_(graph), tensor_of_(std::move(tensor_of)) {}

  int add(GraphNode node, const std::vector<std::string>& parameters = {}) {
    for (const auto& name : parameters) {
      node.tensors.push_back(graph_.tensors.size());
      graph_.tensors.emplace_back(name, tensor_of_(name));
    }
    graph_.nodes.push_back(std::move(node));
    return graph_.last();
  }

  int convolution(int input, const std::string& name, bool bias, int stride, int padding,
                  std::int64_t groups = 1) {
    std::vector<std::string> parameters{name + ".weight"};
    if (bias) parameters.push_back(name + ".bias");
    return add({.kind = Kind::convolution,
                .inputs = {input},
                .stride = stride,
                .padding = padding,
                .groups = groups},
               parameters);
  }
  int linear(int input, const std::string& name, bool bias = true) {
    std::vector<std::string> parameters{name + ".weight"};
    if (bias) parameters.push_back(name + ".bias");
    return add({.kind = Kind::linear, .inputs = {input}}, parameters);
  }
  int simple(Kind kind, std::vector<int> inputs) { return add({.kind = kind, .inputs = std::move(inputs)}); }
  int prelu(int input, const std::string& slopes) {
    return add({.kind = Kind::prelu, .inputs = {input}}, {slopes});
  }
  int leaky_relu(int input) {
    return add({.kind = Kind::leaky_relu, .inputs = {input}, .value = leaky_slope});
  }

 private:
  Graph& graph_;
  std::function<at::Tensor(const std::string&)> tensor_of_;
};

int add_layer(Builder& build, const Layer& layer, const std::vector<int>& outputs) {
  const auto of = [&](int number) {
    return number == Layer::images ? Graph::images : outputs.at(static_cast<std::size_t>(number));
  };
  const int input = of(layer.input);
  switch (layer.kind) {
    case Layer::Kind::convolution:
      return build.convolution(input, layer.name, layer.bias, layer.stride, layer.padding, layer.groups);
    case Layer::Kind::linear:
      return build.linear(input, layer.name, layer.bias);
    case Layer::Kind::batch_norm: {
      std::vector<std::string> names;
      for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
        names.push_back(layer.name + part);
      return build.add({.kind = Kind::batch_norm, .inputs = {input}, .value = batch_norm_epsilon}, names);
    }
    case Layer::Kind::prelu:
      return build.prelu(input, layer.name + ".weight");
    case Layer::Kind::sum:
      return build.simple(Kind::add, {input, of(layer.other)});
    case Layer::Kind::flatten:
      return build.simple(Kind::flatten, {input});
  }
  throw std::logic_error("no such kind of layer");
}

void add_layered(Builder& build, const LayeredBackbone& network) {
  std::vector<int> outputs;
  for (const auto& layer : network.layers()) outputs.push_back(add_layer(build, layer, outputs));
}

void add_sphere(Builder& build, const SphereBackbone& network) {
  int x = Graph::images;
  for (std::size_t s = 0; s < network.units().size(); ++s) {
    const std::string stage = fmt::format("layer{}.", s + 1);
    x = build.prelu(build.convolution(x, stage + "0", true, 2, 1), stage + "1.weight");
    for (int u = 0; u < network.units()[s]; ++u) {
      const std::string unit = fmt::format("{}{}.", stage, u + 2);
      int y = build.prelu(build.convolution(x, unit + "conv1", false, 1, 1), unit + "prelu1.weight");
      y = build.prelu(build.convolution(y, unit + "conv2", false, 1, 1), unit + "prelu2.weight");
      x = build.simple(Kind::add, {x, y});
    }
  }
  build.linear(build.simple(Kind::flatten, {x}), "fc");
}

void add_mobile(Builder& build, const MobileBackbone& network) {
  const auto activated = [&](int x, const std::string& name, int stride, int padding, std::int64_t groups) {
    return build.prelu(build.convolution(x, name, true, stride, padding, groups), name + ".prelu");
  };
  int x = activated(Graph::images, "stem", 2, 1, 1);
  int number = 0;
  for (const auto& unit : network.units()) {
    const std::string name = fmt::format("unit{}.", ++number);
    int y = activated(x, name + "expand", 1, 0, 1);
    y = activated(y, name + "depthwise", unit.stride, 1, unit.middle);
    y = build.convolution(y, name + "project", true, 1, 0);
    x = unit.residual() ? build.simple(Kind::add, {x, y}) : y;
  }
  x = activated(x, "head", 1, 0, 1);
  x = build.add({.kind = Kind::multiply, .inputs = {x}}, {"global.weight"});
  build.linear(build.simple(Kind::sum_over_places, {x}), "fc");
}

void add_cnn(Builder& build) {
  int x = Graph::images;
  for (const char* name : {"conv1", "conv2"})
    x = build.simple(Kind::relu, {build.convolution(x, name, true, 1, 0)});
  x = build.simple(Kind::flatten, {build.simple(Kind::max_pool, {x})});
  build.linear(build.simple(Kind::relu, {build.linear(x, "hidden")}), "fc");
}

}  // namespace

Graph graph_of(const ModelFile& model) {
  Graph graph{.network = model.network, .nodes = {}, .tensors = {}};
  Builder build(graph,
                [&](const std::string& name) { return model.file.at(backbone_tensor(name)).contiguous(); });
  const auto backbone = Backbone::make(model.network);
  if (const auto* layered = dynamic_cast<const LayeredBackbone*>(backbone.get()))
    add_layered(build, *layered);
  else if (const auto* sphere = dynamic_cast<const SphereBackbone*>(backbone.get()))
    add_sphere(build, *sphere);
  else if (const auto* mobile = dynamic_cast<const MobileBackbone*>(backbone.get()))
    add_mobile(build, *mobile);
  else if (dynamic_cast<const CnnBackbone*>(backbone.get()) != nullptr)
    add_cnn(build);
  else if (dynamic_cast<const LinearBackbone*>(backbone.get()) != nullptr)
    build.linear(build.simple(Kind::flatten, {Graph::images}), "fc");
  else
    throw std::logic_error("the network " + model.network.name + " has no list of operations");
  return graph;
}

void add_branch(Graph& graph, const BranchFile& branch) {
  if (branch.converter == Converter::none) return;
  Builder build(graph, [&](const std::string& wanted) {
    for (const auto& [name, tensor] : branch.tensors)
      if (name == wanted) return tensor;
    throw std::out_of_range("no tensor named " + wanted);
  });
  const std::string prefix = "dfc.converter.";
  const int shared = graph.last();
  if (branch.converter == Converter::linear) {
    build.linear(shared, prefix + "0");
    return;
  }
  std::vector<int> outputs;
  for (int b = 1; b <= 4; ++b) {
    const int hidden = build.leaky_relu(build.linear(shared, fmt::format("{}br{}.0", prefix, b)));
    outputs.push_back(build.leaky_relu(build.linear(hidden, fmt::format("{}br{}.2", prefix, b))));
  }
  build.simple(Kind::add,
               {shared, build.linear(build.simple(Kind::concatenate, outputs), prefix + "concat_fc")});
}

void add_unit_length(Graph& graph) {
  graph.nodes.push_back({.kind = Kind::unit_length, .inputs = {graph.last()}, .value = shortest});
}

}  // namespace fedfr::nn
