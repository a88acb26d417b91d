// Sums of gradients that do not depend on who has computed which part of them. As for the sums over clients
// (server/aggregator.cpp) values become integers by a factor that all ranks know beforehand. There it follows
// from the model; gradients have no such bound, but change little from step to step.
#include "fedfr/fl/parallel/gradient_sum.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/fixed_point.hpp"
#include "fedfr/core/magnitude.hpp"
#include "fedfr/core/trace.hpp"

namespace fedfr::fl {

namespace {

constexpr int headroom_bits = 12;
constexpr double none = -1;
constexpr std::int64_t piece = 4096;  // values that are looked at and added while they are in the cache

/// Values in the order of the tensor's memory, so that both can be walked along.
at::Tensor laid_out_as(const at::Tensor& tensor, const at::Tensor& values) {
  if (values.strides() == tensor.strides() && values.scalar_type() == at::kFloat) return values;
  return at::empty_like(tensor.detach()).copy_(values);
}

/// [n] of a dense tensor, in the order of its memory.
at::Tensor in_memory_order(const at::Tensor& tensor) { return tensor.as_strided({tensor.numel()}, {1}); }

}  // namespace

GradientSum::GradientSum(std::vector<at::Tensor> tensors, std::int64_t micro_batches)
    : tensors_(std::move(tensors)),
      micro_batches_(micro_batches),
      magnitudes_(tensors_.size(), 0),
      bounds_(tensors_.size(), 0),
      largest_(tensors_.size(), none),
      largest_on_device_(tensors_.size()) {
  std::int64_t size = 0;
  for (const auto& tensor : tensors_) {
    begins_.push_back(size);
    size += tensor.numel();
  }
  const at::Device device = tensors_.empty() ? at::Device(at::kCPU) : tensors_[0].device();
  sum_ = at::zeros({size}, at::TensorOptions().dtype(at::kLong).device(device));
}

void GradientSum::begin() {
  sum_.zero_();
  std::ranges::fill(largest_, none);
  std::ranges::fill(largest_on_device_, at::Tensor());
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    bounds_[i] = magnitudes_[i] > 0 ? std::ldexp(1.0, std::ilogb(magnitudes_[i]) + 1 + headroom_bits) : 0;
}

void GradientSum::add(std::span<const at::Tensor> values, double weight) {
  const Span span("quantise");
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (!values[i].defined()) continue;
    const at::Tensor laid_out = laid_out_as(tensors_[i], values[i].detach());
    laid_out.is_cpu() ? add_on_host(i, laid_out, weight) : add_on_device(i, laid_out, weight);
  }
}

void GradientSum::take_gradients(double weight) {
  std::vector<at::Tensor> gradients;
  for (auto& tensor : tensors_) {
    gradients.push_back(tensor.grad());
    tensor.mutable_grad() = at::Tensor();
  }
  add(gradients, weight);
}

void GradientSum::add_on_host(std::size_t tensor, const at::Tensor& values, double weight) {
  const auto* from = values.const_data_ptr<float>();
  auto* to = sum_.data_ptr<std::int64_t>() + begins_[tensor];
  const double most = bounds_[tensor];
  const double factor = std::ldexp(weight, exponent(tensor));
  const std::int64_t pieces = (values.numel() + piece - 1) / piece;
  std::vector<float> largest(static_cast<std::size_t>(pieces));
  at::parallel_for(0, pieces, /*grain_size=*/8, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t p = first; p < last; ++p) {
      const auto size = static_cast<std::size_t>(std::min(piece, values.numel() - p * piece));
      const std::span part(from + p * piece, size);
      const float here = largest_magnitude(part);
      largest[static_cast<std::size_t>(p)] = here;
      // What does not fit is not added: the step is done again.
      if (here <= most) add_fixed_point(to + p * piece, part.data(), size, factor);
    }
  });
  for (const float here : largest) largest_[tensor] = std::max<double>(largest_[tensor], here);
}

void GradientSum::add_on_device(std::size_t tensor, const at::Tensor& values, double weight) {
  const at::Tensor flat = in_memory_order(values);
  at::Tensor here = at::linalg_vector_norm(flat, std::numeric_limits<double>::infinity());
  at::Tensor& largest = largest_on_device_[tensor];
  largest = largest.defined() ? at::maximum(largest, here) : here;
  sum_.narrow(0, begins_[tensor], flat.numel())
      .add_((flat.to(at::kDouble) * std::ldexp(weight, exponent(tensor))).round_().to(at::kLong));
}

GradientSum::Outcome GradientSum::finish(comm::Communicator& comm, std::span<double> notes) {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (!largest_on_device_[i].defined()) continue;
    const double here = largest_on_device_[i].item<double>();
    largest_[i] = std::isfinite(here) ? here : std::numeric_limits<double>::infinity();
  }
  std::vector<double> together = largest_;
  together.insert(together.end(), notes.begin(), notes.end());
  comm.allreduce_max(together);
  std::copy(together.begin() + std::ssize(largest_), together.end(), notes.begin());
  together.resize(largest_.size());
  largest_ = std::move(together);
  if (first_not_finite()) return Outcome::not_finite;

  bool all_fit = true;
  for (std::size_t i = 0; i < tensors_.size(); ++i) all_fit = fits(i) && all_fit;
  if (all_fit && comm.size() > 1) add_ranks(comm);
  // For the next step, or for this one done again.
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    if (largest_[i] > 0) magnitudes_[i] = largest_[i];
  return all_fit ? Outcome::summed : Outcome::again;
}

std::optional<std::size_t> GradientSum::first_not_finite() const {
  const auto found = std::ranges::find_if(largest_, [](double x) { return !std::isfinite(x); });
  if (found == largest_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - largest_.begin());
}

void GradientSum::add_ranks(comm::Communicator& comm) {
  const Span span("allreduce");
  const at::Tensor host = sum_.cpu();
  comm.allreduce_sum({host.data_ptr<std::int64_t>(), static_cast<std::size_t>(host.numel())});
  if (!sum_.is_cpu()) sum_.copy_(host);
}

/// Nothing is known of a tensor that has only had zeros, and they fit anything.
bool GradientSum::fits(std::size_t tensor) const {
  const double largest = largest_[tensor];
  return largest <= 0 ||
         (largest <= bounds_[tensor] && largest >= std::ldexp(bounds_[tensor], -2 * headroom_bits));
}

int GradientSum::exponent(std::size_t tensor) const {
  return bounds_[tensor] > 0 ? fixed_point_exponent(bounds_[tensor], micro_batches_) : 0;
}

std::vector<at::Tensor> GradientSum::sums() const {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> sums(tensors_.size());
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (largest_[i] == none) continue;
    sums[i] = at::empty_like(tensors_[i].detach());
    const at::Tensor part = sum_.narrow(0, begins_[i], tensors_[i].numel());
    const double unit = std::ldexp(1.0, -exponent(i));
    if (sum_.is_cpu())
      from_fixed_point(sums[i].data_ptr<float>(), part.const_data_ptr<std::int64_t>(),
                       static_cast<std::size_t>(part.numel()), /*divisor=*/1, unit);
    else
      in_memory_order(sums[i]).copy_(part.to(at::kDouble) * unit);
  }
  return sums;
}

void GradientSum::to_gradients() const {
  auto gradients = sums();
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    at::Tensor(tensors_[i]).mutable_grad() = std::move(gradients[i]);
}

void GradientSum::restore(std::vector<double> magnitudes) {
  if (magnitudes.size() != magnitudes_.size())
    throw DataError("{} magnitudes of gradients instead of {}", magnitudes.size(), magnitudes_.size());
  magnitudes_ = std::move(magnitudes);
}

}  // namespace fedfr::fl
