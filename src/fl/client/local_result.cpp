// What becomes of what a client has trained: the shared vector and the declared sums go into the update,
// heads, backbone and kept vectors into its private state, and nothing else survives.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "client_round.hpp"
#include "fedfr/core/magnitude.hpp"

namespace fedfr::fl {

/// What the row keeps of a client; zeros where the client is new to it.
NamedTensors row_state(const Algorithm& row, const NamedTensors& kept, std::int64_t shared) {
  NamedTensors state;
  for (const auto& vector : row.keeps) {
    const at::Tensor before = find(kept, vector.name);
    state[vector.name] = before.defined() ? before : at::zeros({resolved(vector.size, shared)}, at::kFloat);
  }
  return state;
}

/// [P] all tensors of the model as the client has trained them, on the CPU.
at::Tensor LocalTrainer::trained_model(const Round& round) const {
  const std::int64_t parameters = backbone_.size();
  const at::Tensor model = at::empty({parameters + global_.public_centres().numel()}, at::kFloat);
  model.narrow(0, 0, parameters).copy_(backbone_.flat());
  model.narrow(0, parameters, global_.public_centres().numel())
      .copy_(trained_public_centres(round.heads, round.client, global_).flatten());
  return model;
}

void LocalTrainer::check(const Round& round, const at::Tensor& model) const {
  const auto& statistics = round.result.statistics;
  const std::span values(model.const_data_ptr<float>(), static_cast<std::size_t>(backbone_.size()));
  // The backbone, which is large, by a faster way first.
  if (!std::isfinite(largest_magnitude(values)))
    throw Diverged(
        first_non_finite(backbone_, statistics.steps).value_or(NonFinite{"the backbone", statistics.steps}));
  if (auto found = first_non_finite(round.heads, statistics.steps)) throw Diverged(*std::move(found));
  if (!std::isfinite(statistics.loss)) throw Diverged({"the loss", statistics.steps});
}

LocalResult LocalTrainer::finish(Round& round) const {
  const at::NoGradGuard no_grad;
  LocalResult& result = round.result;
  auto& statistics = result.statistics;
  const double steps = static_cast<double>(std::max<std::int64_t>(statistics.steps, 1));
  statistics.loss = round.loss_sums[0].item<double>() / steps;
  for (std::int64_t t = 1; t < round.loss_sums.numel(); ++t)
    statistics.terms.push_back(round.loss_sums[t].item<double>() / steps);
  statistics.local_images = round.images.local();
  statistics.hard_negatives = round.images.size() - round.images.local();

  // From here on all is on the CPU, where it is summed and saved.
  const at::Tensor model = trained_model(round);
  // Before any of it can be sent or kept.
  check(round, model);
  result.update = {.client = round.client.id,
                   .sample_weight = round.images.size(),
                   .shared = global_.shared_of(model),
                   .sums = {}};
  keep_heads(round.heads, round.client, result.state);
  result.state[kept::backbone] = model.narrow(0, 0, backbone_.size());
  finish_row(round, result);
  return std::move(result);
}

/// What else the row keeps and sends.
void LocalTrainer::finish_row(const Round& round, LocalResult& result) const {
  const NamedTensors before = row_state(row_, round.kept, shared_at_start_.numel());
  NamedTensors after;
  const ClientEnd end{.start = shared_at_start_,
                      .end = result.update.shared,
                      .reach = round.reach,
                      .sample_weight = result.update.sample_weight,
                      .before = before,
                      .after = after,
                      .server = server_};
  for (const auto& vector : row_.keeps) after[vector.name] = vector.next(end).contiguous();
  for (const auto& sum : row_.sums) result.update.sums[sum.name] = sum.value(end).contiguous();
  for (auto& [name, tensor] : after) result.state[name] = tensor;
}

}  // namespace fedfr::fl
