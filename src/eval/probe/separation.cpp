#include "fedfr/eval/probe/separation.hpp"

#include <algorithm>
#include <cmath>

#include "fedfr/eval/interval.hpp"
#include "fedfr/eval/similarity.hpp"

// Similarities are worked out once; a draw of people only weighs them.
namespace fedfr::eval {

namespace {

/// Mean and variance of values with whole weights.
class Moments {
 public:
  void add(double value, double weight) {
    weight_ += weight;
    sum_ += weight * value;
    squares_ += weight * value * value;
  }
  double mean() const { return sum_ / weight_; }
  double variance() const { return std::max(0.0, squares_ / weight_ - mean() * mean()); }

 private:
  double weight_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

}  // namespace

Separation::Separation(const EmbeddingView& features, std::span<const std::int32_t> people) {
  for_each_similarity_row(features, features, [&](std::int64_t row, std::span<const float> products) {
    const auto first = people[static_cast<std::size_t>(row)];
    people_ = std::max(people_, first + 1);
    for (auto i = static_cast<std::size_t>(row) + 1; i < products.size(); ++i)
      pairs_.push_back({.first = first, .second = people[i], .similarity = products[i]});
  });
}

double Separation::operator()(std::span<const std::uint32_t> times) const {
  Moments genuine, impostor;
  for (const auto& [first, second, similarity] : pairs_) {
    const double weight = times[static_cast<std::size_t>(first)];
    if (first == second)
      genuine.add(similarity, weight);
    else
      impostor.add(similarity, weight * times[static_cast<std::size_t>(second)]);
  }
  const double spread = std::sqrt((genuine.variance() + impostor.variance()) / 2);
  const double separation = (genuine.mean() - impostor.mean()) / spread;
  return std::isfinite(separation) ? separation : kUndefined;
}

double Separation::operator()() const {
  return (*this)(std::vector<std::uint32_t>(static_cast<std::size_t>(people_), 1));
}

}  // namespace fedfr::eval
