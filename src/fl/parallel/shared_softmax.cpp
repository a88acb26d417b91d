#include "fedfr/fl/parallel/shared_softmax.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "fedfr/core/fixed_point.hpp"
#include "fedfr/core/magnitude.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/losses.hpp"

// PartialFC with sums that have no order. With l the logits of an image, m the largest of all classes and S
// the sum of e^(l - m), the loss is log S + m - l_own and its gradient in a logit e^(l - m) / S, less 1 for
// the own class. Every block contributes to m and S and then finds its logits' gradients alone; from there
// autograd goes back through margin and cosines to features and centres.
namespace fedfr::fl {

namespace {

using torch::autograd::grad;

/// Where the ranks' largest logits are compared nothing may be no number: a maximum of it has no order.
double comparable(float x) { return std::isnan(x) ? std::numeric_limits<double>::infinity() : x; }

std::vector<double> to_doubles(const at::Tensor& values) {
  const at::Tensor host = values.to(at::kCPU, at::kDouble).contiguous();
  return {host.const_data_ptr<double>(), host.const_data_ptr<double>() + host.numel()};
}

/// [n,1] float32.
at::Tensor column_of(std::span<const double> values, at::Device device) {
  std::vector<float> narrow(values.begin(), values.end());
  return at::tensor(at::ArrayRef<float>(narrow)).unsqueeze(1).to(device);
}

/// The bits of a number that one rank alone has: a sum with the zeros of the others tells it to all.
std::int64_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }
std::span<const float> values_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

float number(std::int64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); }

}  // namespace

/// What a block makes of a micro-batch.
struct SharedSoftmax::Logits {
  at::Tensor features;                // [n,D], a leaf
  at::Tensor logits;                  // [n,c]
  at::Tensor pull;                    // scalar; only where the block is the first one, so that it counts once
  std::vector<std::int64_t> columns;  // [n] of the own classes, -1 elsewhere
  at::Tensor exponentials;            // [n,c] once the largest logits are known
};

SharedSoftmax::SharedSoftmax(ClassSlices& slices, const nn::MarginConfig& margin, double share)
    : slices_(slices), margin_(margin), share_(share) {}

void SharedSoftmax::begin(std::span<const std::int32_t> labels, const StreamKey& key, double weight) {
  weight_ = weight;
  loss_ = 0;
  parts_.clear();
  for (auto& slice : slices_.mine()) parts_.push_back(begin_part(slice, labels, key));
}

SharedSoftmax::Part SharedSoftmax::begin_part(ClassSlices::Slice& slice, std::span<const std::int32_t> labels,
                                              StreamKey key) const {
  Part part{slice, {}, {}, slice.centres.detach(), {}, {}, {}};
  if (share_ < 1) {
    key.client = slice.number;
    part.chosen = chosen_classes(slice.block, labels, key, share_);
    part.rows = at::tensor(at::ArrayRef<std::int64_t>(part.chosen)).to(slice.centres.device());
    part.centres = at::index_select(slice.centres, 0, part.rows);
  }
  part.centres.set_requires_grad(true);
  // Once a step, not with each micro-batch: the gradient of the unit vectors is added up before it goes on.
  part.unit = nn::unit_rows(part.centres);
  part.unit_leaf = part.unit.detach().set_requires_grad(true);
  part.gradient = at::zeros_like(part.unit_leaf);
  return part;
}

std::vector<std::int64_t> chosen_classes(const ClassBlock& block, std::span<const std::int32_t> labels,
                                         const StreamKey& key, double share) {
  std::vector<std::int64_t> own;
  for (const std::int64_t label : labels)
    if (label >= block.begin && label < block.begin + block.size) own.push_back(label - block.begin);
  std::ranges::sort(own);
  own.erase(std::unique(own.begin(), own.end()), own.end());
  const auto wanted = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(block.size)));
  const std::int64_t others = std::max<std::int64_t>(wanted - std::ssize(own), 0);
  RngStream random(key);
  std::vector<std::int64_t> chosen = sample_distinct(random, block.size - std::ssize(own), others);
  // Drawn numbers count only classes that no image has; both lists ascend.
  std::size_t passed = 0;
  for (auto& number : chosen) {
    while (passed < own.size() && own[passed] <= number + static_cast<std::int64_t>(passed)) ++passed;
    number += static_cast<std::int64_t>(passed);
  }
  chosen.insert(chosen.end(), own.begin(), own.end());
  std::ranges::sort(chosen);
  return chosen;
}

SharedSoftmax::Logits SharedSoftmax::logits(const Part& part, const ClassifiedBatch& batch) const {
  Logits of{.features = batch.features.detach().clone().set_requires_grad(true),
            .logits = {},
            .pull = {},
            .columns = {},
            .exponentials = {}};
  for (const std::int64_t label : batch.labels) {
    std::int64_t column = label - part.slice.block.begin;
    if (column < 0 || column >= part.slice.block.size)
      column = -1;
    else if (part.rows.defined())
      column = std::ranges::lower_bound(part.chosen, column) - part.chosen.begin();
    of.columns.push_back(column);
  }
  const at::Tensor columns = at::tensor(at::ArrayRef<std::int64_t>(of.columns)).to(of.features.device());
  // Each block moves a copy: the statistics themselves are moved once a step.
  const at::Tensor norms = batch.norms.defined() ? batch.norms.clone() : at::Tensor();
  auto some = nn::logits_of_some_classes(of.features, part.unit_leaf, columns, margin_, norms);
  of.logits = std::move(some.logits);
  if (part.slice.number == 0) of.pull = std::move(some.pull);
  return of;
}

std::vector<at::Tensor> SharedSoftmax::gradients(std::span<const ClassifiedBatch> batches,
                                                 comm::Communicator& comm) {
  AllLogits all;
  for (const auto& batch : batches) {
    const Span span("class logits");
    auto& parts = all.emplace_back();
    for (const auto& part : parts_) parts.push_back(logits(part, batch));
  }
  const auto largest = largest_logits(batches, all, comm);
  const auto sums = exponential_sums(batches, all, largest, comm);
  std::vector<std::vector<at::Tensor>> of_features;
  std::size_t row = 0;
  for (std::size_t m = 0; m < batches.size(); ++m) {
    const Span span("class gradients");
    const auto count = batches[m].labels.size();
    auto& parts = of_features.emplace_back();
    for (std::size_t p = 0; p < parts_.size(); ++p)
      parts.push_back(differentiate(parts_[p], all[m][p], std::span(sums).subspan(row, count)));
    row += count;
  }
  return sum_over_blocks(batches, of_features, comm);
}

/// [rows of all micro-batches] over all classes.
std::vector<double> SharedSoftmax::largest_logits(std::span<const ClassifiedBatch> batches,
                                                  const AllLogits& all, comm::Communicator& comm) {
  std::vector<double> largest;
  for (std::size_t m = 0; m < batches.size(); ++m) {
    const std::size_t begin = largest.size();
    largest.resize(begin + batches[m].labels.size(), -std::numeric_limits<double>::infinity());
    for (const Logits& of : all[m]) {
      const at::Tensor here = of.logits.detach().amax(1).cpu();
      const std::span values(here.const_data_ptr<float>(), batches[m].labels.size());
      for (std::size_t i = 0; i < values.size(); ++i)
        largest[begin + i] = std::max(largest[begin + i], comparable(values[i]));
    }
  }
  comm.allreduce_max(largest);
  return largest;
}

/// [rows of all micro-batches] of e^(l - m) over all classes. Adds the losses on the way.
std::vector<double> SharedSoftmax::exponential_sums(std::span<const ClassifiedBatch> batches, AllLogits& all,
                                                    std::span<const double> largest,
                                                    comm::Communicator& comm) {
  const std::size_t rows = largest.size();
  // No exponential is above 1, so that a sum over all classes is at most their number.
  const int exponent =
      fixed_point_exponent(power_of_two_above(static_cast<float>(slices_.classes())), /*terms=*/1);
  std::vector<std::int64_t> together(2 * rows + batches.size(), 0);  // sums, own logits, pulls
  std::size_t begin = 0;
  for (std::size_t m = 0; m < batches.size(); ++m) {
    const auto count = batches[m].labels.size();
    const at::Tensor most = column_of(largest.subspan(begin, count), batches[m].features.device());
    for (Logits& of : all[m]) {
      const at::NoGradGuard no_grad;
      of.exponentials = (of.logits.detach() - most).exp_();
      const auto sums = to_doubles(of.exponentials.sum(1, /*keepdim=*/false, at::kDouble));
      const at::Tensor logits = of.logits.detach().cpu();
      for (std::size_t i = 0; i < count; ++i) {
        if (std::isfinite(sums[i])) together[begin + i] += std::llround(std::ldexp(sums[i], exponent));
        if (of.columns[i] >= 0)
          together[rows + begin + i] =
              bits(logits[static_cast<std::int64_t>(i)][of.columns[i]].item<float>());
      }
      if (of.pull.defined()) together[2 * rows + m] = bits(of.pull.item<float>());
    }
    begin += count;
  }
  comm.allreduce_sum(together);
  std::vector<double> sums;
  // In the order of the micro-batches: how many come together must not show in the loss.
  for (std::size_t m = 0; m < batches.size(); ++m) {
    for (std::size_t i = 0; i < batches[m].labels.size(); ++i) {
      const std::size_t row = sums.size();
      sums.push_back(std::ldexp(static_cast<double>(together[row]), -exponent));
      loss_ += (std::log(sums.back()) + largest[row] - number(together[rows + row])) * weight_;
    }
    loss_ += number(together[2 * rows + m]) * static_cast<double>(batches[m].labels.size()) * weight_;
  }
  return sums;
}

/// The gradient of a micro-batch's features by way of the part's classes; that of their centres is added up.
at::Tensor SharedSoftmax::differentiate(Part& part, const Logits& of, std::span<const double> sums) const {
  const auto rows = std::ssize(sums);
  std::vector<double> factors;
  for (const double sum : sums) factors.push_back(weight_ / sum);
  at::Tensor of_logits = of.exponentials.mul(column_of(factors, of.exponentials.device()));
  for (std::int64_t i = 0; i < rows; ++i)
    if (const auto column = of.columns[static_cast<std::size_t>(i)]; column >= 0)
      of_logits[i][column] -= weight_;
  std::vector<at::Tensor> outputs{of.logits};
  std::vector<at::Tensor> given{of_logits};
  if (of.pull.defined()) {
    outputs.push_back(of.pull);
    given.push_back(at::full_like(of.pull, static_cast<double>(rows) * weight_));
  }
  const auto found = grad(outputs, {of.features, part.unit_leaf}, given);
  part.gradient.add_(found[1]);
  return found[0];
}

std::vector<at::Tensor> SharedSoftmax::sum_over_blocks(std::span<const ClassifiedBatch> batches,
                                                       const std::vector<std::vector<at::Tensor>>& of_blocks,
                                                       comm::Communicator& comm) const {
  std::vector<std::vector<at::Tensor>> on_host;
  std::vector<double> largest(batches.size(), 0);
  std::size_t size = 0;
  for (std::size_t m = 0; m < batches.size(); ++m) {
    auto& parts = on_host.emplace_back();
    for (const auto& of_block : of_blocks[m]) {
      parts.push_back(of_block.cpu().contiguous());
      largest[m] = std::max<double>(largest[m], largest_magnitude(values_of(parts.back())));
    }
    size += static_cast<std::size_t>(batches[m].features.numel());
  }
  comm.allreduce_max(largest);
  const auto blocks = std::ssize(slices_.blocks());
  // Nothing can be added where something is not finite, which the caller sees in the result.
  const auto exponent = [&](std::size_t m) {
    const bool usable = largest[m] > 0 && std::isfinite(largest[m]);
    return usable ? fixed_point_exponent(std::ldexp(1.0, std::ilogb(largest[m]) + 1), blocks) : 0;
  };
  std::vector<std::int64_t> sums(size, 0);
  std::size_t begin = 0;
  for (std::size_t m = 0; m < batches.size(); ++m) {
    for (const auto& part : on_host[m])
      if (std::isfinite(largest[m]))
        add_fixed_point(sums.data() + begin, part.const_data_ptr<float>(), values_of(part).size(),
                        std::ldexp(1.0, exponent(m)));
    begin += static_cast<std::size_t>(batches[m].features.numel());
  }
  comm.allreduce_sum(sums);
  std::vector<at::Tensor> gradients;
  begin = 0;
  for (std::size_t m = 0; m < batches.size(); ++m) {
    at::Tensor gradient = at::full(batches[m].features.sizes(), std::nan(""), at::kFloat);
    const auto count = static_cast<std::size_t>(gradient.numel());
    if (std::isfinite(largest[m]))
      from_fixed_point(gradient.data_ptr<float>(), sums.data() + begin, count, /*divisor=*/1,
                       std::ldexp(1.0, -exponent(m)));
    gradients.push_back(gradient.to(batches[m].features.device()));
    begin += count;
  }
  return gradients;
}

void SharedSoftmax::finish() {
  for (Part& part : parts_) part.gradient = grad({part.unit}, {part.centres}, {part.gradient})[0];
}

std::vector<double> SharedSoftmax::squared_gradients(comm::Communicator& comm) const {
  std::vector<double> squares(slices_.blocks().size(), 0);
  for (const Part& part : parts_)
    squares[part.slice.number] = part.gradient.to(at::kDouble).square_().sum().item<double>();
  // One rank has each, and none is negative.
  comm.allreduce_max(squares);
  return squares;
}

void SharedSoftmax::update(const nn::SgdConfig& config, double rate, double factor) {
  for (Part& part : parts_) {
    if (factor != 1) part.gradient.mul_(factor);
    ClassSlices::update(part.slice, part.rows, part.gradient, config, rate);
  }
  parts_.clear();
}

}  // namespace fedfr::fl
