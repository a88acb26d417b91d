#include <ATen/ops/ne.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>

#include "fedfr/core/error.hpp"
#include "fedfr/run/record/compare_runs.hpp"

// How far two models are apart, in the measure that rounding has: how many float32 numbers lie between two
// values (ulps), beside the largest difference.
namespace fedfr::run {

namespace {

std::span<const float> values_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// Numbers the floats from the least to the greatest; both zeros are 0.
std::int64_t position(float value) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  return bits >= 0 ? bits : -static_cast<std::int64_t>(bits & 0x7fffffff);
}

bool same_bits(float a, float b) { return std::bit_cast<std::int32_t>(a) == std::bit_cast<std::int32_t>(b); }

/// Adds what differs in one tensor; returns how many values do.
std::int64_t add_tensor(const at::Tensor& a, const at::Tensor& b, ModelDifference& difference) {
  std::int64_t count = 0;
  const auto left = values_of(a), right = values_of(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (same_bits(left[i], right[i])) continue;
    ++count;
    difference.largest = std::max(difference.largest, std::abs(double{left[i]} - double{right[i]}));
    if (!std::isfinite(left[i]) || !std::isfinite(right[i])) difference.ulps.reset();
    if (difference.ulps)
      difference.ulps = std::max(*difference.ulps, std::abs(position(left[i]) - position(right[i])));
  }
  return count;
}

}  // namespace

std::optional<ModelDifference> compare_models(const std::string& file, const nn::TensorFile& a,
                                              const nn::TensorFile& b) {
  ModelDifference difference{.file = file, .first = {}, .of_tensors = std::ssize(a.tensors), .ulps = 0};
  if (a.tensors.size() != b.tensors.size())
    throw DataError("{} holds {} tensors in one run and {} in the other: the runs train other networks", file,
                    a.tensors.size(), b.tensors.size());
  for (const auto& [name, left] : a.tensors) {
    const at::Tensor right = b.has(name) ? b.at(name) : at::Tensor();  // other programs change the order
    if (!right.defined() || !left.sizes().equals(right.sizes()) || left.scalar_type() != right.scalar_type())
      throw DataError("{}: {} in one run has no like in the other: the runs train other networks", file,
                      name);
    // What is no float32 belongs to an optimiser: it differs or not, but no distance is of interest.
    const bool is_float = left.scalar_type() == at::kFloat;
    const std::int64_t values =
        is_float ? add_tensor(left, right, difference) : at::ne(left, right).sum().item<std::int64_t>();
    if (values == 0) continue;
    if (difference.tensors++ == 0) {
      difference.first = name;
      difference.first_values = values;
    }
  }
  return difference.tensors > 0 ? std::optional(difference) : std::nullopt;
}

}  // namespace fedfr::run
