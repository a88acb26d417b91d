#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>

#include "fedfr/nn/backbones/backbone.hpp"
#include "fedfr/nn/precision.hpp"

namespace fedfr::nn {

/// Images on their way into a network; where they come from is no business of the networks.
struct PixelBatch {
  std::span<const std::uint8_t> pixels;    ///< [B,3,H,W]
  std::span<const std::uint8_t> mirrored;  ///< [B] 1: to embed as its left-to-right mirror image; empty: none
};

/// Returns the next batch, which need not outlive the next call; one without pixels is the end.
using BatchSource = std::function<PixelBatch()>;

/// The batches of a loader, whose next() returns a pointer to pixels and mirrored, or null at the end.
template <class Loader>
BatchSource batches_of(Loader& loader) {
  return [&loader]() -> PixelBatch {
    const auto* batch = loader.next();
    return batch == nullptr ? PixelBatch{} : PixelBatch{batch->pixels, batch->mirrored};
  };
}

struct EmbedOptions {
  int batch = 64;
  Precision precision = Precision::fp32;
  at::MemoryFormat format = at::MemoryFormat::Contiguous;  ///< of what the layers work on
};

/// Embeddings of many images by a frozen model. The bits of a row depend on the batch that it is in: callers
/// cut batches of `options.batch`, and those who share the work cut it at multiples of them.
/// @param out  [n,D] float32 on the CPU, not normalised; as many rows as there are images
void embed_batches(const Backbone& backbone, const ParameterSet& parameters, const BatchSource& next,
                   const EmbedOptions& options, const at::Tensor& out);

}  // namespace fedfr::nn
