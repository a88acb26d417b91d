#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "fedfr/core/rng.hpp"

namespace fedfr::nn {

/// How a parameter starts. Each draw comes from a stream of its own, so that one network's start does not
/// depend on another's.
enum class Start {
  zeros,
  constant,        ///< `value`
  normal,          ///< mean 0, standard deviation `value`
  uniform,         ///< between -`value` and `value`
  xavier_uniform,  ///< Glorot, Bengio, AISTATS 2010
  identity,        ///< a square matrix
};

/// What moves a parameter in training. All but the first are no business of an optimiser.
enum class Learning {
  by_gradient,
  never,     ///< stays as it starts
  mean,      ///< running mean of a batch norm
  variance,  ///< running variance of a batch norm; its mean is the entry before it
  counter,   ///< batches that those two have seen, a whole number
};

struct ParameterSpec {
  std::string name;
  std::vector<std::int64_t> shape;  ///< empty: a single number
  Start start = Start::zeros;
  double value = 0;
  Learning learning = Learning::by_gradient;
  bool of_norm = false;  ///< scale, bias or statistics of a batch norm
};

/// Named float32 parameters in one buffer, which includes the statistics of batch norms: whoever has it has
/// the whole network; the order of the specifications is the order of everything that is sent, saved or
/// hashed.
class ParameterSet {
 public:
  ParameterSet() = default;
  /// @param filters  how the filters of convolutions lie; those of channels-last images had better be so too,
  ///                 or each convolution lays them out anew
  explicit ParameterSet(std::vector<ParameterSpec> specs, at::Device device = at::kCPU,
                        at::MemoryFormat filters = at::MemoryFormat::Contiguous);

  const std::vector<ParameterSpec>& specs() const { return specs_; }
  std::int64_t size() const { return buffer_.defined() ? buffer_.numel() : 0; }  ///< P, all elements
  at::Device device() const { return buffer_.device(); }
  at::Tensor flat() const;  ///< [P] in their order; no copy unless filters are channels-last
  /// Views of the buffer, leaves for autograd.
  const std::vector<at::Tensor>& tensors() const { return tensors_; }
  const at::Tensor& operator[](std::size_t i) const { return tensors_[i]; }
  const at::Tensor& at(const std::string& name) const;  ///< @throws std::out_of_range

  /// Draws the start of every parameter on the host, so that it is the same on every device.
  void initialise(std::uint64_t seed, Purpose purpose, std::uint64_t client = 0);
  void copy_from(const at::Tensor& flat);  ///< [P], from any device
  /// Gradients are wanted, of those that learn by them, or not; forgets those there are.
  void set_trainable(bool trainable);

  /// The same values for passes without gradients: filters and matrices laid out and rounded once, where else
  /// every batch would do it. Shares what need not change.
  ParameterSet frozen(at::MemoryFormat filters, at::ScalarType type) const;

  /// The same with other tensors in some places; an undefined one is none.
  ParameterSet with(const std::map<std::size_t, at::Tensor>& others) const;

  /// A copy in another type, all tensors of it: what tells rounding from a mistake is the same network in
  /// double.
  ParameterSet as(at::ScalarType type) const;

  /// Filters and matrices rounded to bfloat16 for a step of training, from which gradients come back to these
  /// parameters: all in one pass, where autocast would round each by itself.
  ParameterSet rounded() const;

 private:
  void lay_out(const at::Tensor& buffer);  ///< makes the tensors anew, views of this buffer

  std::vector<ParameterSpec> specs_;
  at::MemoryFormat filters_ = at::MemoryFormat::Contiguous;
  at::Tensor buffer_;
  std::vector<at::Tensor> tensors_;
};

std::int64_t element_count(std::span<const ParameterSpec> specs);

}  // namespace fedfr::nn
