#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/weights/model_file.hpp"

/// A network with its weights as a list of operations, the one description that all formats of other programs
/// are written from.
namespace fedfr::nn {

struct GraphNode {
  enum class Kind {
    convolution,  ///< square filters; weight and, if any, bias
    linear,       ///< weight and, if any, bias
    batch_norm,   ///< scale, bias, running mean, running variance
    prelu,        ///< slopes, one a channel
    relu,
    leaky_relu,       ///< slope: `value`
    add,              ///< of two
    multiply,         ///< by [C,H,W]
    sum_over_places,  ///< of [B,C,H,W] over H and W
    max_pool,         ///< 2x2
    flatten,          ///< channel, height, width
    concatenate,      ///< along the channels
    unit_length,      ///< rows divided by their lengths, which count as `value` at least
  };
  Kind kind;
  std::vector<int> inputs;                ///< numbers of nodes before it, or Graph::images
  std::vector<std::size_t> tensors = {};  ///< numbers in Graph::tensors, as the kind says
  int stride = 1;
  int padding = 0;
  std::int64_t groups = 1;
  double value = 0;  ///< of a batch norm: what is added to the variance
};

struct Graph {
  static constexpr int images = -1;  ///< the input, [B,3,H,W] RGB in [-1, 1]

  BackboneConfig network;
  std::vector<GraphNode> nodes;                             ///< the last one is the output, [B,D]
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< float32, by names of the parameters

  int last() const { return static_cast<int>(nodes.size()) - 1; }
};

/// @throws std::out_of_range if the model lacks a tensor of its network
Graph graph_of(const ModelFile& model);

/// Behind it the private branch: what a personal model embeds with.
void add_branch(Graph& graph, const BranchFile& branch);

/// Behind it the division by the embedding's length.
void add_unit_length(Graph& graph);

}  // namespace fedfr::nn
