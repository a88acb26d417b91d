#include "fedfr/fl/aggregator.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/magnitude.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/core/vector_clones.hpp"

namespace fedfr::fl {

namespace {

constexpr int integer_bits =
    62;  // of the 63 of a signed integer: one to spare for the rounding of each update
constexpr float smallest_bound = 64;
constexpr float headroom = 16;

float power_of_two_above(float x) { return std::ldexp(1.0F, std::ilogb(x) + 1); }

float bound_of(std::span<const float> tensor) {
  return power_of_two_above(std::max(smallest_bound / 2, largest_magnitude(tensor) * headroom));
}

/// sum += round(value * factor), to the nearest and to even; |value * factor| < 2^62. In two halves, because
/// most processors convert only to 32-bit integers as vectors: adding 1.5 * 2^52 rounds a double below 2^51
/// to an integer, which its low bits then hold. The high half, a multiple of 2^32, is exact and even, so that
/// the rounding of the low one is that of the whole.
FEDFR_VECTOR_CLONES_INT64
void add_rounded(std::int64_t* sum, const float* values, std::size_t size, double factor) {
  constexpr double shift = 4294967296.0;
  constexpr double magic = 6755399441055744.0;
  constexpr auto magic_bits = std::bit_cast<std::int64_t>(magic);
  for (std::size_t i = 0; i < size; ++i) {
    const double scaled = static_cast<double>(values[i]) * factor;
    const double high = scaled / shift + magic;
    const double low = scaled - (high - magic) * shift + magic;
    sum[i] += (std::bit_cast<std::int64_t>(high) - magic_bits) * std::int64_t{4294967296} +
              (std::bit_cast<std::int64_t>(low) - magic_bits);
  }
}

/// mean = sum / weight * unit, rounded to float.
FEDFR_VECTOR_CLONES_INT64
void divide(float* mean, const std::int64_t* sum, std::size_t size, double weight, double unit) {
  for (std::size_t i = 0; i < size; ++i)
    mean[i] = static_cast<float>(static_cast<double>(sum[i]) / weight * unit);
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

Aggregator::Aggregator(std::vector<SharedTensor> layout, std::span<const float> global,
                       std::int64_t weight_bound)
    : layout_(std::move(layout)), weight_bound_(weight_bound), sum_(global.size() + 1, 0) {
  const int weight_bits = std::ilogb(static_cast<double>(std::max<std::int64_t>(weight_bound, 1))) + 1;
  for (const auto& tensor : layout_) {
    bounds_.push_back(bound_of(
        global.subspan(static_cast<std::size_t>(tensor.begin), static_cast<std::size_t>(tensor.size))));
    exponents_.push_back(integer_bits - std::ilogb(bounds_.back()) - weight_bits);
  }
}

void Aggregator::add(const ClientUpdate& update) {
  const Span span("quantise");
  const std::span<const float> values(update.shared.const_data_ptr<float>(),
                                      static_cast<std::size_t>(update.shared.numel()));
  if (values.size() + 1 != sum_.size())
    throw DataError("the update of client {} has {} values instead of {}", value(update.client),
                    values.size(), sum_.size() - 1);
  if (update.sample_weight <= 0 || update.sample_weight > weight_bound_)
    throw DataError("the update of client {} has the sample weight {}, not in 1..{}", value(update.client),
                    update.sample_weight, weight_bound_);
  for (std::size_t t = 0; t < layout_.size(); ++t) add_tensor(t, values, update);
  sum_.back() += update.sample_weight;
}

void Aggregator::add_tensor(std::size_t index, std::span<const float> values, const ClientUpdate& update) {
  const auto begin = static_cast<std::size_t>(layout_[index].begin);
  const auto size = static_cast<std::size_t>(layout_[index].size);
  const double factor = std::ldexp(static_cast<double>(update.sample_weight), exponents_[index]);
  constexpr std::size_t block = 4096;  // checked and added while it is in the cache
  for (std::size_t at = begin; at < begin + size; at += block) {
    const auto part = values.subspan(at, std::min(block, begin + size - at));
    const float largest = largest_magnitude(part);
    if (!(largest <= bounds_[index]))
      throw diverged(update.client, layout_[index].name, largest, bounds_[index]);
    add_rounded(sum_.data() + at, part.data(), part.size(), factor);
  }
}

std::vector<float> Aggregator::finish(comm::Communicator& comm) {
  {
    const Span span("allreduce");
    comm.allreduce_sum(sum_);
  }
  const Span span("finish");
  const std::int64_t weight = sum_.back();
  if (weight <= 0) throw DataError("no client of the cohort contributed to this round");
  std::vector<float> mean(sum_.size() - 1);
  for (std::size_t t = 0; t < layout_.size(); ++t) {
    const double unit = std::ldexp(1.0, -exponents_[t]);
    const auto begin = static_cast<std::size_t>(layout_[t].begin);
    divide(mean.data() + begin, sum_.data() + begin, static_cast<std::size_t>(layout_[t].size),
           static_cast<double>(weight), unit);
  }
  return mean;
}

}  // namespace fedfr::fl
