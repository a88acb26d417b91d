// Each value becomes an integer at once, by a factor that all ranks know before the round
// (core/fixed_point.hpp), and only integers are added, by clients, ranks and network cards in any order.
#include "fedfr/fl/server/aggregator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/fixed_point.hpp"
#include "fedfr/core/magnitude.hpp"
#include "fedfr/core/trace.hpp"
#include "norm_statistics.hpp"

namespace fedfr::fl {

namespace {

constexpr float smallest_bound = 64;
constexpr float headroom = 16;

// Statistics of batch norms follow what passes through the network, which may grow fast at its start.
constexpr float smallest_bound_of_statistics = 4096;
constexpr float headroom_of_statistics = 1024;

float bound_of(const SharedTensor& tensor, std::span<const float> values) {
  const bool learns = tensor.learning == nn::Learning::by_gradient;
  return power_of_two_above(
      std::max((learns ? smallest_bound : smallest_bound_of_statistics) / 2,
               largest_magnitude(values) * (learns ? headroom : headroom_of_statistics)));
}

DataError diverged(ClientId client, const std::string& tensor, float largest, float bound) {
  return DataError(
      "the training of client {} has diverged: {} holds {}, more than the {} that a sane model can reach; "
      "lower --lr or "
      "set --clip-norm",
      value(client), tensor,
      std::isfinite(largest) ? fmt::format("values up to {}", largest) : "values that are not finite", bound);
}

}  // namespace

Aggregator::Aggregator(std::vector<SharedTensor> layout, std::span<const float> global, RoundBound bound,
                       const std::vector<ExtraSum>& sums)
    : shared_size_(global.size()), bound_(bound) {
  const auto block = [&](std::string name, std::size_t begin, std::size_t size, float largest,
                         bool weighted) {
    const int exponent = fixed_point_exponent(largest, weighted ? bound.weight : bound.clients);
    return Block{std::move(name), begin, size, largest, exponent, weighted};
  };
  for (auto& tensor : layout) {
    const auto begin = static_cast<std::size_t>(tensor.begin);
    const auto size = static_cast<std::size_t>(tensor.size);
    const float largest = bound_of(tensor, global.subspan(begin, size));
    tensors_.push_back(block(std::move(tensor.name), begin, size, largest, true));
    tensors_.back().learning = tensor.learning;
    tensors_.back().counter = counters_.size();
    if (tensor.learning == nn::Learning::counter) counters_.resize(counters_.size() + size, 0);
    if (tensor.learning == nn::Learning::variance) start_.assign(global.begin(), global.end());
  }
  std::size_t end = global.size();
  for (const auto& sum : sums) {
    if (!(sum.bound > 0)) throw std::logic_error("the extra sum " + sum.name + " declares no bound");
    const auto size = static_cast<std::size_t>(resolved(sum.size, std::ssize(global)));
    extras_.push_back(
        block(sum.name, end, size, power_of_two_above(sum.bound), sum.mean == ExtraSum::Mean::by_samples));
    end += size;
  }
  sum_.resize(end + 2, 0);
}

void Aggregator::add(const ClientUpdate& update) {
  const Span span("quantise");
  const auto values_of = [&](const std::string& name, const at::Tensor& tensor, std::size_t size) {
    const std::size_t found = tensor.defined() ? static_cast<std::size_t>(tensor.numel()) : 0;
    if (found != size)
      throw DataError("the update of client {} has {} values{} instead of {}", value(update.client), found,
                      name, size);
    return std::span(tensor.const_data_ptr<float>(), size);
  };
  if (update.sample_weight <= 0 || update.sample_weight > bound_.weight)
    throw DataError("the update of client {} has the sample weight {}, not in 1..{}", value(update.client),
                    update.sample_weight, bound_.weight);
  if (update.sums.size() != extras_.size())
    throw DataError("the update of client {} carries {} vectors besides the model instead of {}",
                    value(update.client), update.sums.size(), extras_.size());
  const auto shared = values_of("", update.shared, shared_size_);
  for (const Block& tensor : tensors_) add_tensor(tensor, shared, update);
  for (const Block& extra : extras_)
    add_block(extra, values_of(" of " + extra.name, find(update.sums, extra.name), extra.size), update);
  sum_[sum_.size() - 2] += update.sample_weight;
  sum_[sum_.size() - 1] += 1;
}

void Aggregator::add_tensor(const Block& tensor, std::span<const float> shared, const ClientUpdate& update) {
  const auto values = shared.subspan(tensor.begin, tensor.size);
  if (tensor.learning == nn::Learning::counter) {
    for (std::size_t i = 0; i < values.size(); ++i)
      counters_[tensor.counter + i] = std::max(counters_[tensor.counter + i], static_cast<double>(values[i]));
  } else if (tensor.learning == nn::Learning::variance) {
    // Its mean is the tensor before it.
    const std::size_t mean = tensor.begin - tensor.size;
    const ClientStatistics client{.mean = shared.subspan(mean, tensor.size),
                                  .variance = values,
                                  .start_mean = std::span(start_).subspan(mean, tensor.size)};
    const auto largest = static_cast<float>(largest_second_moment(client));
    if (!(largest <= tensor.bound)) throw diverged(update.client, tensor.name, largest, tensor.bound);
    add_second_moments(std::span(sum_).subspan(tensor.begin, tensor.size), client,
                       std::ldexp(static_cast<double>(update.sample_weight), tensor.exponent));
  } else {
    add_block(tensor, values, update);
  }
}

void Aggregator::add_block(const Block& block, std::span<const float> values, const ClientUpdate& update) {
  const double weight = block.weighted ? static_cast<double>(update.sample_weight) : 1;
  const double factor = std::ldexp(weight, block.exponent);
  constexpr std::size_t piece = 4096;  // checked and added while it is in the cache
  for (std::size_t at = 0; at < block.size; at += piece) {
    const auto part = values.subspan(at, std::min(piece, block.size - at));
    const float largest = largest_magnitude(part);
    if (!(largest <= block.bound)) throw diverged(update.client, block.name, largest, block.bound);
    add_fixed_point(sum_.data() + block.begin + at, part.data(), part.size(), factor);
  }
}

RoundSum Aggregator::finish(comm::Communicator& comm) {
  {
    const Span span("allreduce");
    comm.allreduce_sum(sum_);
    if (!counters_.empty()) comm.allreduce_max(counters_);
  }
  const Span span("finish");
  RoundSum round;
  round.weight = sum_[sum_.size() - 2];
  round.clients = sum_[sum_.size() - 1];
  if (round.weight <= 0) throw DataError("no client of the cohort contributed to this round");
  round.mean = mean_of(tensors_);
  finish_statistics(round.mean);
  for (const Block& extra : extras_) round.extras[extra.name] = mean_of(std::span(&extra, 1));
  return round;
}

/// What is no mean: see the class.
void Aggregator::finish_statistics(std::vector<float>& mean) const {
  const std::span all(mean);
  for (const Block& tensor : tensors_) {
    if (tensor.learning == nn::Learning::counter)
      for (std::size_t i = 0; i < tensor.size; ++i)
        mean[tensor.begin + i] = static_cast<float>(counters_[tensor.counter + i]);
    if (tensor.learning == nn::Learning::variance)
      pool_variances(all.subspan(tensor.begin, tensor.size),
                     std::span(sum_).subspan(tensor.begin, tensor.size),
                     static_cast<double>(sum_[sum_.size() - 2]), std::ldexp(1.0, -tensor.exponent),
                     all.subspan(tensor.begin - tensor.size, tensor.size),
                     std::span(start_).subspan(tensor.begin - tensor.size, tensor.size));
  }
}

/// Of blocks without gaps.
std::vector<float> Aggregator::mean_of(std::span<const Block> blocks) const {
  if (blocks.empty()) return {};
  const std::size_t begin = blocks.front().begin;
  std::vector<float> mean(blocks.back().begin + blocks.back().size - begin);
  for (const Block& block : blocks) {
    const std::int64_t weight = block.weighted ? sum_[sum_.size() - 2] : sum_[sum_.size() - 1];
    from_fixed_point(mean.data() + block.begin - begin, sum_.data() + block.begin, block.size,
                     static_cast<double>(weight), std::ldexp(1.0, -block.exponent));
  }
  return mean;
}

}  // namespace fedfr::fl
