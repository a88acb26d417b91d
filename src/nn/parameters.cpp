#include "fedfr/nn/parameters.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>
#include <utility>

// All parameters of a network in one buffer. The idea: what a run does with parameters (average, checksum,
// save, send, copy) is one loop over consecutive numbers, while the layers see tensors that are views into
// the buffer. Channels-last only changes the order of values within a filter's part of the buffer, and with
// it the strides of its view.
namespace fedfr::nn {

namespace {

std::int64_t element_count(const ParameterSpec& spec) {
  std::int64_t count = 1;
  for (const auto extent : spec.shape) count *= extent;
  return count;
}

/// Bound of the uniform distribution of Glorot and Bengio for [out, in, kernel...].
double xavier_bound(const std::vector<std::int64_t>& shape) {
  std::int64_t kernel = 1;
  for (std::size_t i = 2; i < shape.size(); ++i) kernel *= shape[i];
  return std::sqrt(6.0 / static_cast<double>((shape[0] + shape[1]) * kernel));
}

/// A part of the buffer as a tensor; its values lie in another order than its indices if it is channels-last.
at::Tensor shaped(const at::Tensor& part, const std::vector<std::int64_t>& shape, at::MemoryFormat filters) {
  if (shape.size() != 4 || filters == at::MemoryFormat::Contiguous) return part.view(shape);
  return part.view({shape[0], shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2});
}

void fill(std::span<float> out, const ParameterSpec& spec, RngStream random) {
  switch (spec.start) {
    case Start::normal:
      for (auto& x : out) x = static_cast<float>(spec.value * random.normal());
      return;
    case Start::uniform:
      for (auto& x : out) x = static_cast<float>(random.uniform(-spec.value, spec.value));
      return;
    case Start::xavier_uniform: {
      const double bound = xavier_bound(spec.shape);
      for (auto& x : out) x = static_cast<float>(random.uniform(-bound, bound));
      return;
    }
    case Start::identity:
      for (std::size_t i = 0; i < out.size(); ++i)
        // The diagonal: every (columns + 1)th value, by rows.
        out[i] = i % (static_cast<std::size_t>(spec.shape[1]) + 1) == 0 ? 1.0F : 0.0F;
      return;
    case Start::constant:
    case Start::zeros:
      for (auto& x : out) x = static_cast<float>(spec.value);
      return;
  }
}

/// Under autocast these are what convolutions and matrix products take.
bool is_filter_or_matrix(const at::Tensor& tensor) { return tensor.dim() == 4 || tensor.dim() == 2; }

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

tensor_list converted(at::TensorList tensors, at::ScalarType type) {
  tensor_list out;
  for (const auto& tensor : tensors) out.push_back(at::empty_like(tensor, tensor.options().dtype(type)));
  at::_foreach_copy_(out, tensors);
  return out;
}

/// For autograd, rounding passes a gradient on as it is, in float32 again.
struct RoundFunction : torch::autograd::Function<RoundFunction> {
  static tensor_list forward(AutogradContext* /*context*/, at::TensorList tensors) {
    return converted(tensors, at::kBFloat16);
  }
  static tensor_list backward(AutogradContext* /*context*/, const tensor_list& gradients) {
    return converted(gradients, at::kFloat);
  }
};

}  // namespace

std::int64_t element_count(std::span<const ParameterSpec> specs) {
  std::int64_t total = 0;
  for (const auto& spec : specs) total += element_count(spec);
  return total;
}

ParameterSet::ParameterSet(std::vector<ParameterSpec> specs, at::Device device, at::MemoryFormat filters)
    : specs_(std::move(specs)), filters_(filters) {
  lay_out(at::zeros({element_count(specs_)}, at::TensorOptions().dtype(at::kFloat).device(device)));
}

void ParameterSet::lay_out(const at::Tensor& buffer) {
  const at::NoGradGuard no_grad;
  buffer_ = buffer;
  tensors_.clear();
  std::int64_t begin = 0;
  for (const auto& spec : specs_) {
    const std::int64_t count = element_count(spec);
    // Detached, and so a leaf of its own for autograd; the memory stays that of the buffer.
    tensors_.push_back(shaped(buffer_.narrow(0, begin, count), spec.shape, filters_).detach());
    begin += count;
  }
}

at::Tensor ParameterSet::flat() const {
  if (filters_ == at::MemoryFormat::Contiguous) return buffer_;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> pieces;
  for (const auto& tensor : tensors_) pieces.push_back(tensor.contiguous().flatten());
  return at::cat(pieces);
}

const at::Tensor& ParameterSet::at(const std::string& name) const {
  for (std::size_t i = 0; i < specs_.size(); ++i)
    if (specs_[i].name == name) return tensors_[i];
  throw std::out_of_range("no parameter named " + name);
}

void ParameterSet::initialise(std::uint64_t seed, Purpose purpose, std::uint64_t client) {
  // In the order of flat(), whatever the layout of the filters: that only moves values.
  const at::Tensor host = at::empty({size()}, at::kFloat);
  auto* next = host.data_ptr<float>();
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const auto count = static_cast<std::size_t>(element_count(specs_[i]));
    const StreamKey key{.seed = seed, .purpose = purpose, .round = 0, .client = client, .epoch = i};
    fill(std::span(next, count), specs_[i], RngStream(key));
    next += count;
  }
  copy_from(host);
}

void ParameterSet::copy_from(const at::Tensor& flat) {
  const at::NoGradGuard no_grad;
  if (filters_ == at::MemoryFormat::Contiguous) {
    buffer_.copy_(flat);
    return;
  }
  const at::Tensor here = flat.to(buffer_.device());
  std::int64_t begin = 0;
  for (const auto& tensor : tensors_) {
    tensor.copy_(here.narrow(0, begin, tensor.numel()).view(tensor.sizes()));
    begin += tensor.numel();
  }
}

ParameterSet ParameterSet::frozen(at::MemoryFormat filters, at::ScalarType type) const {
  ParameterSet copy = *this;
  for (auto& tensor : copy.tensors_) {
    if (!tensor.defined()) continue;
    if (is_filter_or_matrix(tensor)) tensor = tensor.detach().to(type);
    if (tensor.dim() == 4) tensor = tensor.contiguous(filters);
  }
  return copy;
}

ParameterSet ParameterSet::with(const std::map<std::size_t, at::Tensor>& others) const {
  ParameterSet copy = *this;
  for (const auto& [place, tensor] : others) copy.tensors_.at(place) = tensor;
  return copy;
}

ParameterSet ParameterSet::as(at::ScalarType type) const {
  ParameterSet copy = *this;
  copy.lay_out(buffer_.detach().to(type, /*non_blocking=*/false, /*copy=*/true));
  return copy;
}

ParameterSet ParameterSet::rounded() const {
  ParameterSet copy = *this;
  tensor_list exact;
  std::ranges::copy_if(tensors_, std::back_inserter(exact), is_filter_or_matrix);
  const tensor_list rounded = RoundFunction::apply(at::TensorList(exact));
  auto next = rounded.begin();
  for (auto& tensor : copy.tensors_)
    if (is_filter_or_matrix(tensor)) tensor = *next++;
  return copy;
}

void ParameterSet::set_trainable(bool trainable) {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    tensors_[i].mutable_grad() = at::Tensor();
    tensors_[i].set_requires_grad(trainable && specs_[i].learning == Learning::by_gradient);
  }
}

}  // namespace fedfr::nn
