#include "fedfr/fl/parallel/moved_statistics.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <stdexcept>

// Statistics are written through `variable_data`, since it is no change that autograd has to know of
// (nn/kernels/batch_norm.cpp).
namespace fedfr::fl {

namespace {

std::vector<at::Tensor> copies(const std::vector<at::Tensor>& tensors) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> copies;
  for (const auto& tensor : tensors) copies.push_back(tensor.detach().clone());
  return copies;
}

void copy(const std::vector<at::Tensor>& to, const std::vector<at::Tensor>& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i].variable_data().copy_(from[i]);
}

std::vector<double> numbers(const std::vector<at::Tensor>& counters) {
  if (counters.empty()) return {};
  const at::Tensor host = at::stack(counters).detach().to(at::kCPU, at::kDouble).contiguous();
  return {host.const_data_ptr<double>(), host.const_data_ptr<double>() + host.numel()};
}

}  // namespace

MovedStatistics::MovedStatistics(const nn::ParameterSet* network, const at::Tensor& more,
                                 std::int64_t micro_batches)
    : sum_({}, micro_batches) {
  for (std::size_t i = 0; network != nullptr && i < network->specs().size(); ++i) {
    const nn::Learning learning = network->specs()[i].learning;
    if (learning == nn::Learning::mean || learning == nn::Learning::variance)
      statistics_.push_back((*network)[i]);
    if (learning == nn::Learning::counter) counters_.push_back((*network)[i]);
  }
  if (more.defined()) statistics_.push_back(more);
  sum_ = GradientSum(statistics_, micro_batches);
}

void MovedStatistics::make_step(const std::function<bool()>& attempt) {
  before_ = copies(statistics_);
  counters_before_ = copies(counters_);
  begin_attempt();
  if (attempt()) return;
  begin_attempt();
  if (!attempt()) throw std::logic_error("the sums of a step do not fit their own range");
}

void MovedStatistics::begin_attempt() {
  begin_micro_batch();
  counted_ = numbers(counters_);
  sum_.begin();
}

void MovedStatistics::begin_micro_batch() const {
  copy(statistics_, before_);
  copy(counters_, counters_before_);
}

void MovedStatistics::end_micro_batch(double weight) {
  sum_.add(statistics_, weight);
  const auto now = numbers(counters_);
  for (std::size_t i = 0; i < now.size(); ++i) counted_[i] = std::max(counted_[i], now[i]);
}

std::vector<double> MovedStatistics::counted() const { return counted_; }

GradientSum::Outcome MovedStatistics::finish(comm::Communicator& comm) {
  return statistics_.empty() ? GradientSum::Outcome::summed : sum_.finish(comm);
}

void MovedStatistics::take(std::span<const double> counted) const {
  copy(statistics_, sum_.sums());
  for (std::size_t i = 0; i < counters_.size(); ++i) counters_[i].variable_data().fill_(counted[i]);
}

}  // namespace fedfr::fl
