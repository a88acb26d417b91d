#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/fl/parallel/class_slices.hpp"
#include "fedfr/nn/margins/margin.hpp"

namespace fedfr::fl {

/// A micro-batch as the softmax sees it, on every rank.
struct ClassifiedBatch {
  at::Tensor features;               ///< [n,D], without a graph
  std::vector<std::int32_t> labels;  ///< [n] classes
  at::Tensor norms;                  ///< [2] AdaFace's statistics before it; of other margins undefined
};

/// The classes of a block that take part in a step, ascending within it: those of the images, and as many
/// others, drawn from the stream of the key, as make up the share.
std::vector<std::int64_t> chosen_classes(const ClassBlock& block, std::span<const std::int32_t> labels,
                                         const StreamKey& key, double share);

/// The margin softmax over classes that are shared out among the ranks: loss and gradients of a step, equal
/// to the last bit however many ranks there are. A block of classes makes its logits alone; the largest logit
/// of an image is an exact maximum over blocks, the sum of exponentials and the gradient of its features are
/// sums of 64-bit integers, and a block adds up its own gradient in the order of the micro-batches.
class SharedSoftmax {
 public:
  /// @param slices  outlives it
  /// @param share   of the classes that take part in a step, in (0, 1]: those of its images, and others drawn
  ///                for each step and block (PartialFC)
  SharedSoftmax(ClassSlices& slices, const nn::MarginConfig& margin, double share);

  /// @param labels  of all images of the step, from which the classes that take part follow
  /// @param key     names the step's draws
  /// @param weight  of an image's loss, for a mean over them
  void begin(std::span<const std::int32_t> labels, const StreamKey& key, double weight);

  /// Collective. Micro-batches come in their order: those of a call are what the ranks have at the same time.
  /// @param batches  equal on all ranks
  /// @returns        [n,D] for each: the gradient of the weighted loss in its features
  std::vector<at::Tensor> gradients(std::span<const ClassifiedBatch> batches, comm::Communicator& comm);

  /// The weighted sum over the images that came since `begin`; equal on all ranks.
  double loss() const { return loss_; }

  /// The gradients of this rank's centres, once all micro-batches have come.
  void finish();
  /// [blocks] sums of their squares, by block, of all ranks. Collective.
  std::vector<double> squared_gradients(comm::Communicator& comm) const;
  /// Moves the centres that took part.
  /// @param factor  on the gradients
  void update(const nn::SgdConfig& config, double rate, double factor);

 private:
  struct Part {
    ClassSlices::Slice& slice;
    std::vector<std::int64_t> chosen;  // classes of the block that take part, ascending; empty: all
    at::Tensor rows;                   // the same; undefined: all
    at::Tensor centres;                // [c,D] of them, a leaf
    at::Tensor unit;                   // their unit vectors, with the graph
    at::Tensor unit_leaf;              // the same without it
    at::Tensor gradient;               // of unit_leaf so far; after finish() of the centres
  };
  struct Logits;
  using AllLogits = std::vector<std::vector<Logits>>;  // by micro-batch, then by part

  Part begin_part(ClassSlices::Slice& slice, std::span<const std::int32_t> labels, StreamKey key) const;
  Logits logits(const Part& part, const ClassifiedBatch& batch) const;
  static std::vector<double> largest_logits(std::span<const ClassifiedBatch> batches, const AllLogits& all,
                                            comm::Communicator& comm);
  std::vector<double> exponential_sums(std::span<const ClassifiedBatch> batches, AllLogits& all,
                                       std::span<const double> largest, comm::Communicator& comm);
  at::Tensor differentiate(Part& part, const Logits& of, std::span<const double> sums) const;
  std::vector<at::Tensor> sum_over_blocks(std::span<const ClassifiedBatch> batches,
                                          const std::vector<std::vector<at::Tensor>>& of_blocks,
                                          comm::Communicator& comm) const;

  ClassSlices& slices_;
  nn::MarginConfig margin_;
  double share_;
  std::vector<Part> parts_;
  double weight_ = 1;
  double loss_ = 0;
};

}  // namespace fedfr::fl
