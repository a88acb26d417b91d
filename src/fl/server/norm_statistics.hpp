#pragma once
#include <cstdint>
#include <span>

namespace fedfr::fl {

/// Means and variances of a batch norm at one client, and the mean that all started the round with; [C] each.
struct ClientStatistics {
  std::span<const float> mean, variance, start_mean;
};

/// The largest variance + (mean - start mean)^2; not a number if any is none.
double largest_second_moment(const ClientStatistics& client);

/// sum += round(factor * (variance + (mean - start mean)^2)); |the product| < 2^62.
void add_second_moments(std::span<std::int64_t> sum, const ClientStatistics& client, double factor);

/// The variance of the images of all clients together, about the mean of them all:
/// sum / weight * unit - (mean - start mean)^2, not below 0.
/// @param mean      [C] the new one
/// @param variance  [C] the result
void pool_variances(std::span<float> variance, std::span<const std::int64_t> sum, double weight, double unit,
                    std::span<const float> mean, std::span<const float> start_mean);

}  // namespace fedfr::fl
