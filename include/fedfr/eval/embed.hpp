#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/nn/embedder.hpp"

namespace fedfr::eval {

/// Embeddings of many images, worked out by all ranks together: each takes a run of whole batches, and the
/// parts are gathered. Batches are cut the same way for any number of ranks, so the bits do not depend on it.
/// @param which  [n] indices into `images`
/// @param out    [n,D] float32 on the CPU, the same on every rank, not normalised; filled in pieces, so that
///               nothing else of its size is held
/// Collective.
void embed_together(comm::Communicator& comm, const nn::Backbone& backbone, const nn::ParameterSet& model,
                    const data::ImageSet& images, std::span<const std::int64_t> which, bool mirrored,
                    const nn::EmbedOptions& options, const at::Tensor& out);

/// The same into new memory. Collective.
at::Tensor embed_together(comm::Communicator& comm, const nn::Backbone& backbone,
                          const nn::ParameterSet& model, const data::ImageSet& images,
                          std::span<const std::int64_t> which, bool mirrored,
                          const nn::EmbedOptions& options);

/// The same by this rank alone.
at::Tensor embed_alone(const nn::Backbone& backbone, const nn::ParameterSet& model,
                       const data::ImageSet& images, std::span<const std::int64_t> which, bool mirrored,
                       const nn::EmbedOptions& options);

/// What evaluation compares: the unit-length embedding, or that of the sum of both views.
/// @param mirrored  embeddings of the mirrored images, or undefined
/// @returns         [n,D] float32, rows of unit length
at::Tensor evaluation_features(const at::Tensor& plain, const at::Tensor& mirrored);

/// @param features  of evaluation_features, [n,D]
/// @param which     [n] indices into `images`
/// @throws DataError naming the first image whose embedding is all zeros or not finite, with what to do
void check_features(const at::Tensor& features, const data::ImageSet& images,
                    std::span<const std::int64_t> which);

}  // namespace fedfr::eval
