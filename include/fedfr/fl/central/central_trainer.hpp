#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/data/augment/augment.hpp"
#include "fedfr/fl/central/epoch_images.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parallel/class_slices.hpp"
#include "fedfr/fl/parallel/gradient_sum.hpp"
#include "fedfr/fl/parallel/moved_statistics.hpp"
#include "fedfr/fl/parallel/shared_softmax.hpp"
#include "fedfr/nn/embedder.hpp"
#include "fedfr/nn/margins/margin.hpp"
#include "fedfr/nn/sgd.hpp"

namespace fedfr::fl {

struct CentralConfig {
  StepShape shape;
  nn::MarginConfig margin;
  double margin_weight = 1;
  double class_sample = 1;  ///< share of the classes that take part in a step
  nn::SgdConfig sgd;
  nn::EmbedOptions embed;
  data::Augmentation augmentation{};
  std::uint64_t seed = 100;
};

/// Ordinary training of a backbone and of the centres of all classes, by all ranks together: each has a copy
/// of the backbone, a part of the micro-batches of each step, and a part of the classes. Model and losses are
/// equal to the last bit for any number of ranks. Collective throughout.
///
/// A step: every rank embeds a micro-batch; the features of all are gathered; the ranks work out the softmax
/// together (SharedSoftmax), and each takes the gradient of its features back through the network. So it goes
/// on with the next micro-batches, a rank holding the activations of one at a time, until the gradients are
/// summed (GradientSum) and all ranks make the same update. Batch norms normalise a micro-batch by its own
/// statistics, and all start from the running ones of the step before; those of the next are the weighted
/// mean of what each micro-batch makes of them. AdaFace's statistics likewise.
class CentralTrainer {
 public:
  /// @param model   gives the backbone, its start and the roles of its tensors; outlives the trainer
  /// @param images  outlives the trainer
  CentralTrainer(const GlobalModel& model, const PooledImages& images, const CentralConfig& config,
                 comm::Communicator& comm);

  struct Stretch {
    const EpochImages& epoch;
    std::int64_t begin = 0;  ///< its first step
    std::int64_t end = 0;
    std::function<double(std::int64_t step)> rate;
    /// Asked on each rank before each step; one that says so stops all.
    std::function<bool()> stop_requested = {};
    std::function<void(std::int64_t step, double loss)> after_step = {};
  };

  /// Some steps of an epoch.
  /// @returns the step that comes next: the end, or an earlier one where a stop was asked for
  /// @throws DataError on all ranks if the loss or a gradient is not finite, naming the first such tensor; an
  ///         error of one rank likewise
  std::int64_t train(const Stretch& stretch);

  const nn::ParameterSet& backbone() const { return backbone_; }
  ClassSlices& classes() { return classes_; }
  const ClassSlices& classes() const { return classes_; }

  /// What the next step depends on besides backbone and centres: momentum, ranges of the exact sums,
  /// AdaFace's statistics. Equal on all ranks.
  NamedTensors optimiser_state() const;
  /// @throws DataError naming what is missing or has another size
  void restore(const at::Tensor& backbone, const NamedTensors& optimiser);

 private:
  struct Step;
  struct Input;

  data::BatchLoader load(const EpochImages& epoch, std::int64_t begin, std::int64_t end) const;
  Step begin(const EpochImages& epoch, std::int64_t number, data::BatchLoader& loader) const;
  void make(Step& step, double rate);
  bool attempt(Step& step);
  void embed(Step& step, Input& input);
  std::vector<ClassifiedBatch> gather(Step& step, std::int64_t first, const Input* mine);
  void go_back(Input& input, const at::Tensor& gradient);
  void update(double rate);
  double clip_factor();
  [[noreturn]] void diverged(const Step& step) const;

  const GlobalModel& model_;
  const PooledImages& images_;
  CentralConfig config_;
  comm::Communicator& comm_;
  nn::ParameterSet backbone_;
  bool moves_statistics_;
  std::vector<at::Tensor> learning_;
  std::vector<std::string> learning_names_;
  at::Tensor norms_;  // [2] AdaFace's statistics; undefined for other margins
  ClassSlices classes_;
  SharedSoftmax softmax_;
  GradientSum gradients_;
  MovedStatistics statistics_;
  nn::Sgd sgd_;
  double softmax_loss_ = 0;  // of the last step
};

}  // namespace fedfr::fl
