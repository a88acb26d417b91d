#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <span>

#include "fedfr/nn/backbone.hpp"
#include "fedfr/nn/precision.hpp"

namespace fedfr::nn {

/// Copies the images `which` as uint8 [n,3,H,W] to `out`; where they come from is no business of the
/// networks.
using ImageReader = std::function<void(std::span<const std::int64_t> which, std::span<std::uint8_t> out)>;

struct EmbedOptions {
  int batch = 64;
  Precision precision = Precision::fp32;
  at::MemoryFormat format = at::MemoryFormat::Contiguous;  ///< of what the layers work on
};

/// Embeddings of many images by a frozen model, in fixed batches: the bits of a row depend on the batch that
/// it is in, so that callers who share the work cut at multiples of the batch.
/// @param which     [n] indices that `read` understands
/// @param mirrored  [n] those to embed as their left-to-right mirror images; empty: none
/// @param out       [n,D] float32 on the CPU, not normalised
void embed_images(const Backbone& backbone, const ParameterSet& parameters, const ImageReader& read,
                  std::span<const std::int64_t> which, std::span<const std::uint8_t> mirrored,
                  const EmbedOptions& options, const at::Tensor& out);

/// The same into new memory.
at::Tensor embed_images(const Backbone& backbone, const ParameterSet& parameters, const ImageReader& read,
                        std::span<const std::int64_t> which, std::span<const std::uint8_t> mirrored,
                        const EmbedOptions& options);

}  // namespace fedfr::nn
