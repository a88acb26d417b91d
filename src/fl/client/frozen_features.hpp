#pragma once
#include <ATen/core/Tensor.h>

#include <span>

#include "fedfr/fl/client/local_training.hpp"
#include "fedfr/fl/client/round_images.hpp"
#include "fedfr/fl/client/round_views.hpp"
#include "fedfr/nn/feature_memory.hpp"

namespace fedfr::fl {

/// What models that do not change during a client's round see in its images: the global model of the round's
/// start and the client's previous one. Each view that an epoch will look at is embedded once for all epochs,
/// and not at all where mining or the round's look at the public set have seen it already.
class FrozenFeatures {
 public:
  /// @param team  of ranks that look at the images together
  FrozenFeatures(const GlobalModel& global, const nn::EmbedOptions& options, nn::FeatureMemory& memory,
                 comm::Communicator& team)
      : global_(global), options_(options), memory_(memory), team_(team) {}

  /// The client's own images as they are, by the global model.
  /// @returns [n,D]
  const at::Tensor& look_at_own(const RoundImages& images);

  /// All views of the round, by the global model and, with `previous`, by the client's previous one.
  /// @param kept      the public images among those of the round, indices into the public set
  /// @param publics   null if there are none
  struct Look {
    const RoundImages& images;
    std::span<const EpochPlan> epochs;
    std::span<const std::int64_t> kept;
    const PublicData* publics;
  };
  void look_by_global(const Look& look);
  /// @param model  [P]; undefined: the client has none, and the global model stands in for it
  void look_by_previous(const Look& look, const at::Tensor& model);

  bool has_looked() const { return global_features_.defined(); }
  const RoundViews& views() const { return views_; }
  const at::Tensor& by_global() const { return global_features_; }      ///< [views,D]
  const at::Tensor& by_previous() const { return previous_features_; }  ///< [views,D], or undefined

 private:
  at::Tensor table() const { return memory_.table(std::ssize(views_.all()), dimension()); }
  std::int64_t dimension() const { return global_.backbone().config().embedding; }

  const GlobalModel& global_;
  nn::EmbedOptions options_;
  nn::FeatureMemory& memory_;
  comm::Communicator& team_;
  at::Tensor own_plain_;
  RoundViews views_;
  at::Tensor global_features_;
  at::Tensor previous_features_;
};

}  // namespace fedfr::fl
