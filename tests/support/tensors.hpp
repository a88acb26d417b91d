#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedfr/nn/parameters.hpp"
#include "support/golden.hpp"

/// Tensors from and for golden files.
namespace fedfr::test {

at::Tensor tensor(const GoldenFile& file, const std::string& name);      ///< float32
at::Tensor int_tensor(const GoldenFile& file, const std::string& name);  ///< int64
at::Tensor formula_tensor(std::uint64_t seed, std::uint64_t index, double scale, double offset,
                          std::vector<std::int64_t> shape);
at::Tensor leaf(const at::Tensor& value);  ///< a copy that wants a gradient
std::span<const float> floats(const at::Tensor& contiguous);
double relative_error(const at::Tensor& actual, const at::Tensor& expected);
double norm(const at::Tensor& value);                ///< in double
std::vector<float> first8(const at::Tensor& value);  ///< padded with zeros

/// Formula weights of a backbone, by the rules of the golden README.
void formula_weights(std::uint64_t seed, nn::ParameterSet& parameters);

}  // namespace fedfr::test
