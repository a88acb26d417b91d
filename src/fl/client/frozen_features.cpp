// Which of a round's views has been embedded already, and where: own images as they are by mining, public
// images by the round's look at the public set. The rest is embedded here, once for all epochs.
#include "frozen_features.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

#include <algorithm>

namespace fedfr::fl {

namespace {

at::Tensor int_tensor(std::span<const std::int64_t> values) {
  at::Tensor out = at::empty({std::ssize(values)}, at::kLong);
  std::ranges::copy(values, out.data_ptr<std::int64_t>());
  return out;
}

}  // namespace

const at::Tensor& FrozenFeatures::look_at_own(const RoundImages& images) {
  own_plain_ = memory_.table(images.local(), dimension());
  embed_views_together(team_, global_.backbone(), global_.parameters(), images, plain_views(images.local()),
                       options_, own_plain_);
  return own_plain_;
}

void FrozenFeatures::look_by_global(const Look& look) {
  views_ = RoundViews(look.images.size(), look.images.local(), look.epochs);
  global_features_ = table();
  const auto embed = [&](std::span<const View> part) {
    embed_views_together(team_, global_.backbone(), global_.parameters(), look.images, part, options_,
                         views_.part_of(global_features_, part));
  };
  const auto take = [&](const at::Tensor& from, std::span<const View> part, const auto& row_of) {
    if (part.empty()) return;
    std::vector<std::int64_t> rows(part.size());
    std::ranges::transform(part, rows.begin(), row_of);
    at::Tensor to = views_.part_of(global_features_, part);
    at::index_select_out(to, from, 0, int_tensor(rows));
  };
  // What the choice of public images has looked at is not embedded again; and of public images all views are
  // known already, worked out once for all clients.
  if (own_plain_.defined())
    take(own_plain_, views_.own_plain(), &View::position);
  else
    embed(views_.own_plain());
  embed(views_.own_mirrored());
  if (look.kept.empty()) return;
  const auto row_of_public = [&](const View& view) {
    return look.kept[static_cast<std::size_t>(view.position - look.images.local())];
  };
  take(look.publics->plain_features, views_.public_plain(), row_of_public);
  take(look.publics->mirrored_features, views_.public_mirrored(), row_of_public);
}

void FrozenFeatures::look_by_previous(const Look& look, const at::Tensor& model) {
  if (!model.defined()) {
    previous_features_ = global_features_;
    return;
  }
  nn::ParameterSet previous = global_.backbone().make_parameters(global_.parameters().device());
  previous.copy_from(model);
  previous_features_ = table();
  embed_views_together(team_, global_.backbone(), previous, look.images, views_.all(), options_,
                       previous_features_);
}

}  // namespace fedfr::fl
