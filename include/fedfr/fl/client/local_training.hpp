#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fedfr/data/augment/augment.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/fl/client/client_state.hpp"
#include "fedfr/fl/client_update.hpp"
#include "fedfr/fl/model.hpp"
#include "fedfr/fl/parts/public_images.hpp"
#include "fedfr/fl/parts/term.hpp"
#include "fedfr/nn/embedder.hpp"
#include "fedfr/nn/margins/margin.hpp"
#include "fedfr/nn/sgd.hpp"

/// What goes into a client's training and what comes out of it.
namespace fedfr::fl {

/// What is set for every algorithm; the rest is the row's.
struct LocalTrainingConfig {
  nn::MarginConfig margin;
  double margin_weight = 1;
  nn::SgdConfig sgd;
  bool public_classes = true;  ///< public identities join the margin softmax
  int batch = 16;
  int micro_batches = 1;        ///< of a step, each by itself; ranks of a team share them. Divides `batch`
  bool keep_incomplete = true;  ///< train on an epoch's last, smaller batch
  bool allow_no_steps = false;  ///< a client without a whole batch makes no step instead of being an error
  bool mirror = true;           ///< each image is mirrored with probability 1/2, drawn anew each epoch
  data::Augmentation augmentation{};  ///< of what is trained on; frozen models see images as they are
  nn::EmbedOptions embed;
  std::uint64_t seed = 100;
};

/// The public set as one round sees it.
struct PublicData {
  data::ImageSet images;
  /// [N,D] by the global model of the round's start, by index; undefined if not needed.
  at::Tensor plain_features;
  at::Tensor mirrored_features;
  Candidates candidates;  ///< the plain features; undefined unless images are chosen by similarity
};

/// A round as its clients find it.
struct RoundStart {
  const GlobalModel& global;
  const PublicData* publics = nullptr;   ///< needed where public images are
  const NamedVectors* server = nullptr;  ///< the server's state, where it has any
};

/// What an observer sees of each step, after the gradients are there and corrected, and before they are used.
struct StepView {
  int epoch;
  std::int64_t step;   ///< of the round, from 0
  std::int64_t steps;  ///< in the round
  double learning_rate;
  std::span<const std::int64_t> positions;  ///< of the batch in [local images; public images of the round]
  const at::Tensor& features;               ///< [B,D] of the network in training
  const std::vector<at::Tensor>& terms;     ///< unweighted, in the objective's order
  const at::Tensor& loss;
  const nn::ParameterSet& backbone;
  const Heads& heads;
};

struct LocalHooks {
  /// After each step, which counts from 1.
  std::function<void(std::int64_t step, std::int64_t steps)> progress;
  std::function<bool()> stop_requested;  ///< asked before each step
  /// To see each step from inside, which keeps a GPU from doing it as a whole.
  std::function<void(const StepView&)> after_backward;
  /// Order of an epoch over `count` items; by default a shuffle from the stream of (seed, round, client,
  /// epoch).
  std::function<std::vector<std::int64_t>(int epoch, std::int64_t count)> order;
};

struct LocalStatistics {
  std::int64_t local_images = 0;
  std::int64_t hard_negatives = 0;
  std::int64_t steps = 0;
  std::int64_t images = 0;    ///< that went through training steps
  double loss = 0;            ///< mean over steps, weighted sum of the terms
  std::vector<double> terms;  ///< mean over steps, unweighted, in the objective's order
  double seconds_frozen = 0;  ///< features of the frozen models
  double seconds_mining = 0;
  double seconds_training = 0;
  double seconds_waiting = 0;  ///< of the training, for images
};

struct LocalResult {
  ClientUpdate update;
  PrivateState state;
  LocalStatistics statistics;
  std::vector<std::int64_t> hard_negatives;  ///< kept public images, ascending
};

}  // namespace fedfr::fl
