#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "fedfr/data/storage/batch_loader.hpp"
#include "frozen_features.hpp"

namespace fedfr::fl {

/// What a step reads. Where its tensors lie is where the network computes.
struct StepBatch {
  at::Tensor images;             ///< [B,3,H,W] as the network wants them
  at::Tensor labels;             ///< [B] int64; local identities first, then public ones
  at::Tensor global_features;    ///< [B,D], only where a term reads them
  at::Tensor previous_features;  ///< [B,D], likewise
};

/// Sends a batch of decoded images, with what the frozen models saw in them, to where the network computes.
/// @param positions  [B] of the batch among the images of the round
StepBatch send(const data::Batch& batch, std::span<const std::int64_t> positions,
               const FrozenFeatures& frozen, const nn::BackboneConfig& size, const nn::EmbedOptions& options,
               at::Device device);

}  // namespace fedfr::fl
