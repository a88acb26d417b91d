#include "support/tensors.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace fedfr::test {

at::Tensor tensor(const GoldenFile& file, const std::string& name) {
  const auto values = file.floats(name);
  const at::Tensor out = at::empty(file.shape(name), at::kFloat);
  std::ranges::copy(values, out.data_ptr<float>());
  return out;
}

at::Tensor int_tensor(const GoldenFile& file, const std::string& name) {
  const auto values = file.ints(name);
  const at::Tensor out = at::empty(file.shape(name), at::kLong);
  std::ranges::copy(values, out.data_ptr<std::int64_t>());
  return out;
}

at::Tensor formula_tensor(std::uint64_t seed, std::uint64_t index, double scale, double offset,
                          std::vector<std::int64_t> shape) {
  const at::Tensor out = at::empty(shape, at::kFloat);
  formula_fill(seed, index, static_cast<float>(scale), static_cast<float>(offset),
               {out.data_ptr<float>(), static_cast<std::size_t>(out.numel())});
  return out;
}

at::Tensor leaf(const at::Tensor& value) { return value.detach().clone().requires_grad_(true); }

std::span<const float> floats(const at::Tensor& contiguous) {
  return {contiguous.const_data_ptr<float>(), static_cast<std::size_t>(contiguous.numel())};
}

double relative_error(const at::Tensor& actual, const at::Tensor& expected) {
  const at::Tensor a = actual.detach().contiguous();
  const at::Tensor e = expected.detach().contiguous();
  return relative_error(floats(a), floats(e));
}

double norm(const at::Tensor& value) {
  const at::Tensor host = value.detach().contiguous();
  double sum = 0;
  for (const float x : floats(host)) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum);
}

std::vector<float> first8(const at::Tensor& value) {
  const at::Tensor host = value.detach().contiguous();
  std::vector<float> out(8, 0.0F);
  std::ranges::copy(floats(host).first(std::min<std::size_t>(8, floats(host).size())), out.begin());
  return out;
}

// By the table "Formula weights" of the golden files' README. A convolution with a bias is the first of its
// stage.
void formula_weights(std::uint64_t seed, nn::ParameterSet& parameters) {
  const auto& specs = parameters.specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto& shape = specs[i].shape;
    double scale = 0.05;  // a bias
    double offset = 0;
    if (shape.size() == 1 && specs[i].name.ends_with("weight")) {  // a PReLU slope
      scale = 0.1;
      offset = 0.25;
    } else if (shape.size() > 1) {
      const bool has_bias = i + 1 < specs.size() && specs[i + 1].name.ends_with("bias");
      const auto fan =
          static_cast<double>((shape[0] + shape[1]) * (shape.size() == 4 ? shape[2] * shape[3] : 1));
      scale = has_bias ? std::sqrt(6.0 / fan) : 0.03;
    }
    formula_fill(seed, i, static_cast<float>(scale), static_cast<float>(offset),
                 {parameters[i].data_ptr<float>(), static_cast<std::size_t>(parameters[i].numel())});
  }
}

}  // namespace fedfr::test
