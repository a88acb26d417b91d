#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
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
  xavier_uniform,  ///< Glorot, Bengio, AISTATS 2010
  identity,        ///< a square matrix
};

struct ParameterSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  Start start = Start::zeros;
  double value = 0;
};

/// Named float32 parameters in one flat buffer; the order of the specifications is the order of the buffer
/// and of everything that is sent, saved or hashed.
class ParameterSet {
 public:
  ParameterSet() = default;
  explicit ParameterSet(std::vector<ParameterSpec> specs, at::Device device = at::kCPU);

  const std::vector<ParameterSpec>& specs() const { return specs_; }
  std::int64_t size() const { return flat_.defined() ? flat_.numel() : 0; }  ///< P, all elements
  const at::Tensor& flat() const { return flat_; }                           ///< [P]
  const std::vector<at::Tensor>& tensors() const {
    return tensors_;
  }  ///< views of `flat`, leaves for autograd
  const at::Tensor& operator[](std::size_t i) const { return tensors_[i]; }
  const at::Tensor& at(const std::string& name) const;  ///< @throws std::out_of_range

  void initialise(std::uint64_t seed, Purpose purpose, std::uint64_t client = 0);
  void copy_from(const at::Tensor& flat);  ///< [P], from any device
  void set_trainable(bool trainable);      ///< gradients are wanted or not; forgets those there are

 private:
  std::vector<ParameterSpec> specs_;
  at::Tensor flat_;
  std::vector<at::Tensor> tensors_;
};

std::int64_t element_count(std::span<const ParameterSpec> specs);

}  // namespace fedfr::nn
