#pragma once
#include <ATen/core/Tensor.h>

#include <limits>
#include <vector>

namespace fedfr::nn {

struct SgdConfig {
  double momentum = 0.9;  ///< in [0, 1); the buffer starts as the first gradient, without dampening
  double weight_decay = 5e-4;
  /// Also on what has one dimension: biases, norms' scales and shifts, PReLU slopes. Otherwise only on
  /// filters and matrices.
  bool decay_vectors = true;
  double clip_norm = 0;  ///< the gradient's norm over all parameters is scaled down to this; 0: never
};

/// Stochastic gradient descent over a fixed list of leaf tensors, which are all on one device.
class Sgd {
 public:
  Sgd(std::vector<at::Tensor> parameters, const SgdConfig& config);

  /// Before the first step, and where the rate changes; a recorded step takes the new one.
  void set_learning_rate(double rate);

  /// Takes the gradients that backward has left, updates, and forgets them. Parameters without one are left
  /// alone.
  void step();

  /// By parameter; undefined before its first gradient.
  const std::vector<at::Tensor>& momentum_buffers() const { return momentum_; }
  /// Goes on from such buffers.
  void restore(const std::vector<at::Tensor>& momentum);

 private:
  void update(const std::vector<std::size_t>& which, bool first, double decay);
  bool decays(const at::Tensor& parameter) const;
  void clip();

  std::vector<at::Tensor> parameters_;
  SgdConfig config_;
  double rate_ = std::numeric_limits<double>::quiet_NaN();  // none has been set
  at::Tensor rate_on_gpu_;                                  // so that a recorded step takes another rate
  std::vector<at::Tensor> momentum_;                        // undefined until a parameter's first gradient
};

}  // namespace fedfr::nn
