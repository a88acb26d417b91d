// A client's round, part by part. Everything that belongs to the round of one client lies in `Round`; the
// trainer itself only has what all clients of a round share. The training is in local_phases.cpp, what
// becomes of it in local_result.cpp.
#include "fedfr/fl/client/local_trainer.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <utility>

#include "client_round.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/losses.hpp"

namespace fedfr::fl {

namespace {

at::Tensor tensor_of(const std::vector<float>& values) { return at::tensor(at::ArrayRef<float>(values)); }

ClientDiverged has_diverged(const ClientData& client, int round, const Diverged& diverged) {
  return ClientDiverged(
      "the training of client {} ({}) has diverged in round {}: the first tensor that is not finite is {}, "
      "in "
      "step {}; lower --lr or set --clip-norm",
      value(client.id), client.name, round + 1, diverged.seen.tensor, diverged.seen.step);
}

}  // namespace

LocalTrainer::LocalTrainer(const Algorithm& row, const LocalTrainingConfig& config, const RoundStart& start,
                           nn::FeatureMemory& memory, nn::GpuGraph& graph, comm::Communicator& team)
    : row_(row),
      config_(config),
      global_(start.global),
      publics_(start.publics),
      memory_(memory),
      graph_(graph),
      team_(team),
      objective_(config.margin, config.margin_weight, row.terms),
      backbone_(global_.backbone().make_parameters(global_.parameters().device(), config.embed.format)) {
  if (start.server != nullptr)
    for (const auto& [name, values] : *start.server) server_[name] = tensor_of(values);
  if (!row.keeps.empty() || !row.sums.empty() || !row.corrections.empty())
    shared_at_start_ = tensor_of(global_.shared());
}

LocalResult LocalTrainer::train(const ClientData& client, int round, const RoundRates& rates,
                                const PrivateState* state, const LocalHooks& hooks) {
  const ActivityScope scope = with_client(client.id);
  try {
    return train_once(client, round, rates, state, hooks);
  } catch (const Diverged& diverged) {
    // Of micro-batches it is agreed which sum could not be made; else it is found below.
    if (config_.micro_batches > 1) throw has_diverged(client, round, diverged);
  }
  // Once more, which repeats every bit, and now with a look at every tensor of each step.
  LocalHooks looking = hooks;
  looking.after_backward = [&](const StepView& step) {
    if (hooks.after_backward) hooks.after_backward(step);
    if (auto found = first_non_finite(step, objective_)) throw Diverged(*std::move(found));
  };
  try {
    return train_once(client, round, rates, state, looking);
  } catch (const Diverged& diverged) {
    throw has_diverged(client, round, diverged);
  }
}

LocalResult LocalTrainer::train_once(const ClientData& client, int round, const RoundRates& rates,
                                     const PrivateState* state, const LocalHooks& hooks) {
  Round r{.client = client,
          .number = round,
          .rates = rates,
          .kept = state != nullptr ? *state : NamedTensors{},
          .hooks = hooks,
          .frozen = {global_, config_.embed, memory_, team_},
          .images = RoundImages(client),
          .epochs = {},
          .heads = {},
          .loss_sums = {},
          .result = {}};
  choose_images(r);
  r.epochs = plan_epochs(phases_of(row_), rates, r.images.size(), loading().batches(r.images.size()),
                         {config_.seed, round, client.id, config_.mirror}, hooks);
  look_with_frozen_models(r);
  begin_backbone(r);
  r.heads = begin_heads(row_, config_, global_, client, r.kept);
  run_phases(r);
  return finish(r);
}

/// The client's images and the public ones to train with.
void LocalTrainer::choose_images(Round& round) const {
  if (!row_.public_images) return;
  auto& statistics = round.result.statistics;
  auto& kept = round.result.hard_negatives;
  at::Tensor own;
  if (row_.public_images->by_similarity) {
    const Span span("frozen features");
    const ScopedTimer timer(statistics.seconds_frozen);
    own = round.frozen.look_at_own(round.images);
  }
  {
    const Span span("mining");
    const ScopedTimer timer(statistics.seconds_mining);
    kept = row_.public_images->choose(own.defined() ? nn::unit_rows(own) : own, publics_->candidates,
                                      publics_->images.size());
  }
  if (!kept.empty()) round.images.add_public(publics_->images, kept, round.client.identities);
}

void LocalTrainer::look_with_frozen_models(Round& round) const {
  if (!row_.reads_global_features() && !row_.reads_previous_features()) return;
  const Span span("frozen features");
  const ScopedTimer timer(round.result.statistics.seconds_frozen);
  const FrozenFeatures::Look look{round.images, round.epochs, round.result.hard_negatives, publics_};
  round.frozen.look_by_global(look);
  if (!row_.reads_previous_features()) return;
  at::Tensor previous = find(round.kept, kept::backbone);
  for (const auto& term : row_.terms)
    if (!previous.defined() && term.newcomers_model) previous = term.newcomers_model(round.client.id);
  round.frozen.look_by_previous(look, previous);
}

/// From the global model, unless a part says otherwise; a client's own tensors go on from where they were.
void LocalTrainer::begin_backbone(const Round& round) {
  const at::Tensor global = global_.parameters().flat();
  backbone_.copy_from(row_.start ? row_.start({round.client.id, global, round.kept}) : global);
  const at::Tensor before = find(round.kept, kept::backbone);
  if (!before.defined() || !row_.roles.has(Role::own)) return;
  const at::NoGradGuard no_grad;
  const auto tensors = global_.tensors();
  for (std::size_t i = 0; i < backbone_.tensors().size(); ++i)
    if (tensors[i].role == Role::own)
      at::Tensor(backbone_[i])
          .copy_(before.narrow(0, tensors[i].begin, tensors[i].size).view(backbone_[i].sizes()));
}

}  // namespace fedfr::fl
