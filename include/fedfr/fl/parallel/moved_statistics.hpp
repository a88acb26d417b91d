#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "fedfr/fl/parallel/gradient_sum.hpp"
#include "fedfr/nn/parameters.hpp"

namespace fedfr::fl {

/// Running statistics that a step moves without an optimiser, shared out as its micro-batches are: every
/// micro-batch begins with those of before the step, and the step leaves the weighted mean of what each has
/// made of them. Counters of batches become the largest.
class MovedStatistics {
 public:
  /// @param network  whose batch norms' running means, variances and counters of batches move; null: none do
  /// @param more     AdaFace's statistics of lengths; undefined: there are none
  MovedStatistics(const nn::ParameterSet* network, const at::Tensor& more, std::int64_t micro_batches);

  /// A step from where the statistics are, and once more from there where the ranges of its sums, which the
  /// first attempt shows, are others.
  /// @param attempt  all micro-batches; returns whether the sums could be made
  void make_step(const std::function<bool()>& attempt);

  void begin_micro_batch() const;
  void end_micro_batch(double weight);

  /// What ranks have to compare: counters, for the notes of a GradientSum.
  std::vector<double> counted() const;
  /// Collective.
  GradientSum::Outcome finish(comm::Communicator& comm);
  /// The statistics of after the step.
  /// @param counted  the largest of all ranks
  void take(std::span<const double> counted) const;

  const std::vector<double>& magnitudes() const { return sum_.magnitudes(); }
  void restore(std::vector<double> magnitudes) { sum_.restore(std::move(magnitudes)); }

 private:
  void begin_attempt();

  std::vector<at::Tensor> statistics_;
  std::vector<at::Tensor> counters_;
  std::vector<at::Tensor> before_;
  std::vector<at::Tensor> counters_before_;
  std::vector<double> counted_;
  GradientSum sum_;
};

}  // namespace fedfr::fl
