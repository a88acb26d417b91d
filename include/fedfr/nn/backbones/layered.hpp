#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fedfr/nn/backbones/backbone.hpp"

namespace fedfr::nn {

/// The output of a layer for one image; a vector has height and width 1.
struct Extent3 {
  std::int64_t channels = 0;
  std::int64_t height = 1;
  std::int64_t width = 1;
};

/// One operation of a network. Its parameters are consecutive entries of the list, in the order of PyTorch's
/// state dicts.
struct Layer {
  enum class Kind {
    convolution,  ///< weight
    linear,       ///< weight and, if any, bias
    batch_norm,   ///< scale, bias, running mean, running variance, batches
    prelu,        ///< slopes
    sum,          ///< of two layers
    flatten,      ///< channel, height, width
  };
  Kind kind;
  std::string name;           ///< as in the names of its parameters, without the last part
  int input;                  ///< the layer whose output it takes; `images` for the network's input
  int other = -1;             ///< of a sum: the second one
  std::size_t parameter = 0;  ///< the first of its parameters
  int last_use = -1;          ///< the last layer that takes its output; -1: none does
  bool bias = false;
  int stride = 1;
  int padding = 0;
  std::int64_t groups = 1;
  Extent3 out = {};
  /// What the mean square of its output is about, in a network that has just been initialised.
  double mean_square = 0;

  static constexpr int images = -1;
};

/// A network that is a list of layers. It is written once, as a constructor that adds layers; computing with
/// it, and writing it in the formats of other programs, are walks over the list.
class LayeredBackbone : public Backbone {
 public:
  at::Tensor embed(const ParameterSet& parameters, const at::Tensor& images) const final;
  at::Tensor embed_in_training(const ParameterSet& parameters, const at::Tensor& images) const final;
  /// Batch norms that follow a convolution become a part of it: its filters are scaled, and it has a bias.
  ParameterSet frozen(const ParameterSet& parameters, at::MemoryFormat filters,
                      at::ScalarType type) const final;

  /// In an order in which they can be computed; the last one gives the embedding.
  const std::vector<Layer>& layers() const { return layers_; }

  /// A place in the network that people have a name for, such as "layer1".
  struct Stage {
    std::string name;
    int layer;
  };
  const std::vector<Stage>& stages() const { return stages_; }
  /// The outputs of all stages, in one pass.
  std::vector<at::Tensor> outputs(const ParameterSet& parameters, const at::Tensor& images,
                                  bool in_training) const;

 protected:
  explicit LayeredBackbone(BackboneConfig config) : Backbone(std::move(config)) {}

  /// How the values of a weight start.
  struct Draw {
    Start start = Start::zeros;
    double value = 0;
  };
  struct Convolution {
    std::int64_t out;
    int kernel = 1;
    int kernel_width = 0;  ///< 0: as high
    int stride = 1;
    int padding = 0;
    std::int64_t groups = 1;
    Draw draw = {};
  };

  // Each adds a layer that takes the output of `input`, and returns its number.
  int convolution(int input, const std::string& name, const Convolution& shape);  ///< without bias
  /// @param bias  how it starts; Draw{} is zeros, and nullptr: there is none
  int linear(int input, const std::string& name, std::int64_t out, Draw weight, const Draw* bias);
  /// Its running variance starts near what it will be, not at 1: passes without gradients use it before any
  /// training, and the values of a deep network would else grow beyond all bounds.
  int batch_norm(int input, const std::string& name, Learning scale = Learning::by_gradient);
  int prelu(int input, const std::string& name);
  int sum(int first, int second);
  int flatten(int input);
  void stage(std::string name, int layer) { stages_.push_back({std::move(name), layer}); }
  Extent3 extent(int layer) const;

 private:
  double mean_square(int layer) const;
  int add_layer(Layer layer);
  at::Tensor compute(const Layer& layer, const ParameterSet& parameters, at::Tensor input, at::Tensor other,
                     bool in_training) const;
  at::Tensor bias_of(const Layer& convolution, const ParameterSet& parameters) const;
  using Look = std::function<void(int layer, const at::Tensor& output)>;
  at::Tensor walk(const ParameterSet& parameters, const at::Tensor& images, bool in_training,
                  const Look& look) const;

  std::vector<Layer> layers_;
  std::vector<Stage> stages_;
};

}  // namespace fedfr::nn
