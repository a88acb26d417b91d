#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <stdexcept>

#include "fedfr/core/output_file.hpp"
#include "fedfr/nn/weights/write_weights.hpp"

// TorchScript is compiled, by LibTorch, from a text in its subset of Python, which is the graph line by line.
namespace fedfr::nn {

namespace {

using Kind = GraphNode::Kind;

/// Names of attributes have no dots.
class Attributes {
 public:
  Attributes(const Graph& graph, torch::jit::Module& module) {
    std::set<std::string> used;
    for (const auto& [name, values] : graph.tensors) {
      std::string own = name;
      std::ranges::replace_if(
          own, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
      while (!used.insert(own).second) own += '_';
      module.register_buffer(own, values);
      names_.push_back("self." + own);
    }
  }
  const std::string& operator[](std::size_t tensor) const { return names_.at(tensor); }

 private:
  std::vector<std::string> names_;
};

std::string name_of(int node) { return node == Graph::images ? "images" : fmt::format("x{}", node); }

/// The right side of a line of the program.
std::string expression(const GraphNode& node, const Attributes& tensors) {
  const auto input = [&](std::size_t i) { return name_of(node.inputs.at(i)); };
  const auto tensor = [&](std::size_t i) {
    return i < node.tensors.size() ? tensors[node.tensors[i]] : "None";
  };
  switch (node.kind) {
    case Kind::convolution:
      return fmt::format("torch.conv2d({}, {}, {}, [{s}, {s}], [{p}, {p}], [1, 1], {})", input(0), tensor(0),
                         tensor(1), node.groups, fmt::arg("s", node.stride), fmt::arg("p", node.padding));
    case Kind::linear:
      return fmt::format("torch.linear({}, {}, {})", input(0), tensor(0), tensor(1));
    case Kind::batch_norm:
      return fmt::format("torch.batch_norm({}, {}, {}, {}, {}, False, 0.1, {}, True)", input(0), tensor(0),
                         tensor(1), tensor(2), tensor(3), node.value);
    case Kind::prelu:
      return fmt::format("torch.prelu({}, {})", input(0), tensor(0));
    case Kind::relu:
      return fmt::format("torch.relu({})", input(0));
    case Kind::leaky_relu:
      return fmt::format("torch.leaky_relu({}, {})", input(0), node.value);
    case Kind::add:
      return fmt::format("{} + {}", input(0), input(1));
    case Kind::multiply:
      return fmt::format("{} * {}", input(0), tensor(0));
    case Kind::sum_over_places:
      return fmt::format("torch.sum({}, [2, 3])", input(0));
    case Kind::max_pool:
      return fmt::format("torch.max_pool2d({}, [2, 2])", input(0));
    case Kind::flatten:
      return fmt::format("torch.flatten({}, 1)", input(0));
    case Kind::concatenate: {
      std::vector<std::string> names;
      for (const int i : node.inputs) names.push_back(name_of(i));
      return fmt::format("torch.cat([{}], 1)", fmt::join(names, ", "));
    }
    case Kind::unit_length:
      return fmt::format("{0} / torch.clamp_min(torch.norm({0}, 2, [1], True), {1})", input(0), node.value);
  }
  throw std::logic_error("no such kind of operation");
}

}  // namespace

void write_torch_script(const std::filesystem::path& path, const Graph& graph) {
  torch::jit::Module module("fedfr");
  const Attributes tensors(graph, module);
  std::string program = "def forward(self, images):\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    program += fmt::format("  x{} = {}\n", i, expression(graph.nodes[i], tensors));
  program += fmt::format("  return x{}\n", graph.last());
  module.define(program);
  module.eval();
  // To memory first: LibTorch's writer cannot be left by an exception, since its destructor writes, too.
  std::ostringstream bytes;
  module.save(bytes);
  replace_file(path, bytes.str());
}

}  // namespace fedfr::nn
