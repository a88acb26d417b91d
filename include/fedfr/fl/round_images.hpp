#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/batch_loader.hpp"
#include "fedfr/fl/client_data.hpp"
#include "fedfr/nn/embedder.hpp"
#include "fedfr/nn/feature_memory.hpp"

namespace fedfr::fl {

/// The images that a client trains with in one round: its own, then the kept public ones. A position counts
/// over both.
class RoundImages {
 public:
  explicit RoundImages(const ClientData& client);

  /// @param first_label  of the public identities: the number of local ones
  void add_public(const data::ImageSet& publics, std::span<const std::int64_t> kept,
                  std::int32_t first_label);

  std::int64_t size() const { return std::ssize(items_); }
  std::int64_t local() const { return local_; }
  const std::vector<data::ImageSet>& sources() const { return sources_; }

  /// The images at `positions` in this order; `mirrored` (same length or empty) says which are to be
  /// mirrored.
  std::vector<data::BatchItem> sequence(std::span<const std::int64_t> positions,
                                        std::span<const std::uint8_t> mirrored) const;

  void read(std::span<const std::int64_t> positions, std::span<std::uint8_t> out) const;

 private:
  std::vector<data::ImageSet> sources_;
  std::vector<data::BatchItem> items_;
  std::int64_t local_ = 0;
};

/// Embeddings by a model that does not change during the round. An image is seen in two variants only, so
/// each is embedded once a round and looked up afterwards, instead of once a step and epoch.
struct FeatureTable {
  at::Tensor plain;     ///< [n,D], by position
  at::Tensor mirrored;  ///< [n,D] of the mirrored images; undefined where training never mirrors

  /// @param positions    [B] int64
  /// @param is_mirrored  [B] bool
  at::Tensor lookup(const at::Tensor& positions, const at::Tensor& is_mirrored) const;

  /// Rows of `more` at `rows` behind the own ones.
  void append(const FeatureTable& more, std::span<const std::int64_t> rows, nn::FeatureMemory& memory);
};

FeatureTable embed_round(const nn::Backbone& backbone, const nn::ParameterSet& model,
                         const RoundImages& images, bool with_mirrored, const nn::EmbedOptions& options,
                         nn::FeatureMemory& memory);

}  // namespace fedfr::fl
