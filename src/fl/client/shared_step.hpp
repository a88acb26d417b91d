#pragma once
#include <exception>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/parallel/gradient_sum.hpp"
#include "fedfr/fl/parallel/moved_statistics.hpp"
#include "gradient_step.hpp"
#include "step_batch.hpp"

namespace fedfr::fl {

/// A tensor that a step moves by its gradient.
struct Learning {
  std::string name;
  at::Tensor tensor;
};

std::vector<at::Tensor> tensors_of(const std::vector<Learning>& learning);

/// The gradients of steps as exact sums over micro-batches, which the ranks of a team share: all of them end
/// each step with the same gradients, losses and statistics, which are those of one rank alone. Collective.
class SharedStep {
 public:
  SharedStep(const TrainedNetwork& network, const LocalTrainingConfig& config, std::vector<Learning> learning,
             comm::Communicator& team);

  /// For the next steps: whether this rank wants to stop.
  void ask_to_stop(bool wanted) { wants_to_stop_ = wanted; }
  /// Whether any rank of the team wanted to in the last step.
  bool is_to_stop() const { return is_to_stop_; }

  /// @throws Diverged on all ranks of the team, naming the first sum that could not be made; AgreedError if a
  ///         rank has failed
  StepLosses gradients(const StepBatch& batch);

  /// Tells the team, which is in `gradients`, that this rank cannot come there.
  /// @throws AgreedError always; in a team of one what was given
  void fail(const std::exception_ptr& failure);

 private:
  bool attempt(const StepBatch& batch, const std::exception_ptr& failure);
  void share_of_micro_batch(const StepBatch& batch, std::int64_t micro_batch);
  StepLosses losses(std::int64_t images) const;
  std::int64_t images_of(std::int64_t images, std::int64_t micro_batch) const;
  [[noreturn]] void diverged() const;

  TrainedNetwork network_;
  const LocalTrainingConfig& config_;
  std::vector<Learning> learning_;
  comm::Communicator& team_;
  GradientSum gradients_;
  MovedStatistics statistics_;
  std::vector<double> values_;        // of loss and terms, by micro-batch
  std::vector<at::Tensor> features_;  // of this rank's micro-batches
  std::int64_t steps_ = 0;
  bool wants_to_stop_ = false;
  bool is_to_stop_ = false;
};

}  // namespace fedfr::fl
