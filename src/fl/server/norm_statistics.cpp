#include "norm_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

// Var(all) = E[var_k + (mean_k - c)^2] - (mean - c)^2 for any c (the law of total variance, and the shift of
// a second moment). With the round's first mean for c both squares are small beside the variance, and little
// is lost in the difference. All in double: there are few of these values, and a client alone must get its
// own variance back.
namespace fedfr::fl {

namespace {

double squared_distance(float a, float b) {
  const double distance = static_cast<double>(a) - static_cast<double>(b);
  return distance * distance;
}

double second_moment(const ClientStatistics& client, std::size_t i) {
  return static_cast<double>(client.variance[i]) + squared_distance(client.mean[i], client.start_mean[i]);
}

}  // namespace

double largest_second_moment(const ClientStatistics& client) {
  double largest = 0;
  for (std::size_t i = 0; i < client.mean.size(); ++i) {
    const double moment = second_moment(client, i);
    if (!(moment <= largest)) largest = moment;
    if (std::isnan(largest)) break;
  }
  return largest;
}

void add_second_moments(std::span<std::int64_t> sum, const ClientStatistics& client, double factor) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += std::llrint(second_moment(client, i) * factor);
}

void pool_variances(std::span<float> variance, std::span<const std::int64_t> sum, double weight, double unit,
                    std::span<const float> mean, std::span<const float> start_mean) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const double moment = static_cast<double>(sum[i]) / weight * unit;
    variance[i] = static_cast<float>(std::max(0.0, moment - squared_distance(mean[i], start_mean[i])));
  }
}

}  // namespace fedfr::fl
