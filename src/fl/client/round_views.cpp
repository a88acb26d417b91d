#include "fedfr/fl/client/round_views.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/data/storage/batch_loader.hpp"

// Which views (an image, mirrored or not) the epochs of a round will ever look at, each with one row in the
// tables of the frozen models. A view is numbered only if some epoch has it: with one epoch that is half of
// them.
namespace fedfr::fl {

namespace {

constexpr std::int64_t unseen = -1;
constexpr std::int64_t seen = 0;

std::size_t slot(std::int64_t position, bool mirrored) {
  return 2 * static_cast<std::size_t>(position) + (mirrored ? 1 : 0);
}

}  // namespace

RoundViews::RoundViews(std::int64_t images, std::int64_t own, std::span<const EpochPlan> epochs)
    : row_of_(slot(images, false), unseen) {
  for (const auto& epoch : epochs)
    for (std::size_t i = 0; i < epoch.order.size(); ++i)
      row_of_[slot(epoch.order[i], epoch.mirrored[i] != 0)] = seen;
  const auto number = [&](std::int64_t begin, std::int64_t end, bool mirrored) {
    for (std::int64_t position = begin; position < end; ++position) {
      std::int64_t& row = row_of_[slot(position, mirrored)];
      if (row == unseen) continue;
      row = std::ssize(views_);
      views_.push_back({position, mirrored});
    }
    return views_.size();
  };
  begins_[1] = number(0, own, false);
  begins_[2] = number(0, own, true);
  begins_[3] = number(own, images, false);
  begins_[4] = number(own, images, true);
}

at::Tensor RoundViews::rows(std::span<const std::int64_t> positions,
                            std::span<const std::uint8_t> mirrored) const {
  at::Tensor rows = at::empty({std::ssize(positions)}, at::kLong);
  std::ranges::transform(
      positions, mirrored, rows.data_ptr<std::int64_t>(),
      [&](std::int64_t position, std::uint8_t mirror) { return row_of_[slot(position, mirror != 0)]; });
  return rows;
}

std::vector<View> plain_views(std::int64_t count) {
  std::vector<View> views;
  for (std::int64_t position = 0; position < count; ++position) views.push_back({position, false});
  return views;
}

void embed_views(const nn::Backbone& backbone, const nn::ParameterSet& model, const RoundImages& images,
                 std::span<const View> views, const nn::EmbedOptions& options, const at::Tensor& out) {
  std::vector<std::int64_t> positions(views.size());
  std::vector<std::uint8_t> mirrored(views.size());
  std::ranges::transform(views, positions.begin(), &View::position);
  std::ranges::transform(views, mirrored.begin(), &View::mirrored);
  data::BatchLoader loader(images.sources(), images.sequence(positions, mirrored),
                           {.batch = options.batch, .threads = at::get_num_threads()});
  nn::embed_batches(backbone, model, nn::batches_of(loader), options, out);
}

void embed_views_together(comm::Communicator& team, const nn::Backbone& backbone,
                          const nn::ParameterSet& model, const RoundImages& images,
                          std::span<const View> views, const nn::EmbedOptions& options,
                          const at::Tensor& out) {
  if (team.size() == 1) return embed_views(backbone, model, images, views, options, out);
  const std::int64_t batches = (std::ssize(views) + options.batch - 1) / options.batch;
  const auto first_of = [&](std::int64_t rank) {
    return std::min(batches * rank / team.size() * options.batch, std::ssize(views));
  };
  const std::int64_t first = first_of(team.rank());
  const std::int64_t count = first_of(team.rank() + 1) - first;
  const at::Tensor mine = out.narrow(0, first, count);
  // Agreed on before the parts are gathered: a rank with an error does not come to that.
  comm::on_every_rank(team, "embedding images", [&] {
    embed_views(backbone, model, images,
                views.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)), options,
                mine);
  });
  const std::span values(mine.const_data_ptr<float>(), static_cast<std::size_t>(mine.numel()));
  const auto parts = team.allgather_bytes(std::as_bytes(values));
  for (int rank = 0; rank < team.size(); ++rank) {
    const auto& part = parts[static_cast<std::size_t>(rank)];
    if (rank != team.rank() && !part.empty())
      std::memcpy(out.narrow(0, first_of(rank), first_of(rank + 1) - first_of(rank)).data_ptr<float>(),
                  part.data(), part.size());
  }
}

}  // namespace fedfr::fl
