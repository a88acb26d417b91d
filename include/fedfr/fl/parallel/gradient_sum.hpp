#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fedfr/comm/communicator.hpp"

namespace fedfr::fl {

/// The sum of what the micro-batches of a step give for a list of tensors, gradients above all, as 64-bit
/// integers: neither the number of ranks that share the micro-batches nor their order changes a bit of it.
///
/// The fixed point of a tensor follows from its largest magnitude in the step before: values up to 2^12 times
/// that fit, so that it is known before a gradient is there, and no gradient has to be kept. Where a step
/// leaves that range, or falls below 2^-12 of it, it is done once more with the range that it has shown; so
/// is the first one. With M micro-batches the sum is off by at most M 2^(log2 M - 49) of the tensor's largest
/// magnitude in the step before, and after a fall by 2^12 of that in this step: less than float32 rounds.
class GradientSum {
 public:
  /// @param tensors        that the sums are of; each sum is laid out as its tensor
  /// @param micro_batches  of a step, at most
  GradientSum(std::vector<at::Tensor> tensors, std::int64_t micro_batches);

  /// Forgets what was added.
  void begin();

  /// @param values  of one micro-batch, in the order of the tensors; an undefined one adds nothing
  /// @param weight  of all of them, in (0, 1]
  void add(std::span<const at::Tensor> values, double weight = 1);

  /// The same of the tensors' gradients, which are taken away from them.
  void take_gradients(double weight = 1);

  enum class Outcome {
    summed,
    again,       ///< the step has to be done once more, from `begin` on
    not_finite,  ///< of some values no sum can be made
  };

  /// Collective: the sum over all ranks, if it can be made.
  /// @param notes  beside it, whatever ranks have to know of one another: each becomes its maximum
  Outcome finish(comm::Communicator& comm, std::span<double> notes = {});

  /// The first tensor of which no sum can be made, after Outcome::not_finite; equal on all ranks.
  std::optional<std::size_t> first_not_finite() const;

  /// The sums, as float32; an undefined one where no micro-batch gave anything.
  std::vector<at::Tensor> sums() const;
  /// Likewise, into the tensors' gradients.
  void to_gradients() const;

  /// [tensors] the largest magnitudes of the last step, which the next one goes by: a run that goes on needs
  /// them for the same bits.
  const std::vector<double>& magnitudes() const { return magnitudes_; }
  void restore(std::vector<double> magnitudes);

 private:
  int exponent(std::size_t tensor) const;
  void add_on_host(std::size_t tensor, const at::Tensor& values, double weight);
  void add_on_device(std::size_t tensor, const at::Tensor& values, double weight);
  void add_ranks(comm::Communicator& comm);
  bool fits(std::size_t tensor) const;

  std::vector<at::Tensor> tensors_;
  std::vector<std::int64_t> begins_;  // of each in the sum
  std::int64_t micro_batches_;
  at::Tensor sum_;                  // int64, on the tensors' device
  std::vector<double> magnitudes_;  // 0: not known
  std::vector<double> bounds_;      // powers of two that follow from them; 0: nothing but zeros fits
  std::vector<double> largest_;     // of this step so far; -1: there were no values
  std::vector<at::Tensor> largest_on_device_;
};

}  // namespace fedfr::fl
