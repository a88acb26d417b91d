#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fedfr/fl/parallel/gradient_sum.hpp"

namespace fedfr::fl {

/// Running statistics that a step moves without an optimiser, shared out as its micro-batches are: every
/// micro-batch begins with those of before the step, and the step leaves the weighted mean of what each has
/// made of them. Counters of batches become the largest.
class MovedStatistics {
 public:
  /// @param statistics  means, variances and the like
  /// @param counters    of batches
  MovedStatistics(std::vector<at::Tensor> statistics, std::vector<at::Tensor> counters,
                  std::int64_t micro_batches);

  void begin_step();  ///< notes where the statistics are; also where a step is done again
  void begin_micro_batch() const;
  void end_micro_batch(double weight);

  /// What ranks have to compare: counters, for the notes of a GradientSum.
  std::vector<double> counted() const;
  /// Collective.
  GradientSum::Outcome finish(comm::Communicator& comm);
  /// The statistics of after the step.
  /// @param counted  the largest of all ranks
  void take(std::span<const double> counted) const;
  /// Back to before the step, for it to be done again.
  void go_back() const { begin_micro_batch(); }

  const std::vector<double>& magnitudes() const { return sum_.magnitudes(); }
  void restore(std::vector<double> magnitudes) { sum_.restore(std::move(magnitudes)); }

 private:
  std::vector<at::Tensor> statistics_;
  std::vector<at::Tensor> counters_;
  std::vector<at::Tensor> before_;
  std::vector<at::Tensor> counters_before_;
  std::vector<double> counted_;
  GradientSum sum_;
};

}  // namespace fedfr::fl
