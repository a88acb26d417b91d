#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/client/epoch_plan.hpp"
#include "fedfr/fl/client/round_images.hpp"
#include "fedfr/nn/embedder.hpp"

namespace fedfr::fl {

/// An image of the round as a step looks at it.
struct View {
  std::int64_t position;  ///< among the round's images
  bool mirrored;

  bool operator==(const View&) const = default;
};

/// The views that the epochs of a round will look at. A model that does not change during the round has to
/// see each of them once, whatever the number of epochs, and no others: an image that no epoch mirrors need
/// not be embedded mirrored. A view's row in this order is its row in the tables of such models.
class RoundViews {
 public:
  RoundViews() = default;

  /// Own images as they are, own images mirrored, then the same of public ones; each by position.
  /// @param images  of the round, of which the first `own` are the client's
  RoundViews(std::int64_t images, std::int64_t own, std::span<const EpochPlan> epochs);

  std::span<const View> all() const { return views_; }
  std::span<const View> own_plain() const { return part(0); }
  std::span<const View> own_mirrored() const { return part(1); }
  std::span<const View> public_plain() const { return part(2); }
  std::span<const View> public_mirrored() const { return part(3); }

  /// @param table  [views,D]
  /// @param part   of these views
  /// @returns      its rows of the table, which are no copy
  at::Tensor part_of(const at::Tensor& table, std::span<const View> part) const {
    return table.narrow(0, part.data() - views_.data(), std::ssize(part));
  }

  /// @param positions  [B]
  /// @param mirrored   [B]
  /// @returns          [B] int64; views that no epoch looks at have none and may not be asked for
  at::Tensor rows(std::span<const std::int64_t> positions, std::span<const std::uint8_t> mirrored) const;

 private:
  std::span<const View> part(std::size_t number) const {
    return all().subspan(begins_[number], begins_[number + 1] - begins_[number]);
  }

  std::vector<View> views_;
  std::array<std::size_t, 5> begins_{};  // of the four parts, and the end
  std::vector<std::int64_t> row_of_;     // by position and mirroring
};

/// The first `count` images as they are.
std::vector<View> plain_views(std::int64_t count);

/// Embeddings of views by a frozen model.
/// @param out  [n,D] float32 on the CPU, not normalised
void embed_views(const nn::Backbone& backbone, const nn::ParameterSet& model, const RoundImages& images,
                 std::span<const View> views, const nn::EmbedOptions& options, const at::Tensor& out);

/// The same by several ranks, each some of the batches, which are cut as for one: so the bits are the same.
/// Collective.
void embed_views_together(comm::Communicator& team, const nn::Backbone& backbone,
                          const nn::ParameterSet& model, const RoundImages& images,
                          std::span<const View> views, const nn::EmbedOptions& options,
                          const at::Tensor& out);

}  // namespace fedfr::fl
