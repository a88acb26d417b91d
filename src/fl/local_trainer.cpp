#include "fedfr/fl/local_trainer.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>

#include <algorithm>
#include <cmath>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/indices.hpp"
#include "fedfr/core/magnitude.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/image_input.hpp"
#include "fedfr/nn/kernels/staging.hpp"
#include "training_step.hpp"

namespace fedfr::fl {

namespace {

constexpr double centre_deviation = 0.01;

at::Tensor int_tensor(std::span<const std::int64_t> values) {
  at::Tensor out = at::empty({std::ssize(values)}, at::kLong);
  std::ranges::copy(values, out.data_ptr<std::int64_t>());
  return out;
}

at::Tensor send_labels(std::span<const std::int32_t> labels, at::Device device) {
  const at::Tensor staged = nn::staging_area({std::ssize(labels)}, at::kLong, device);
  std::ranges::copy(labels, staged.data_ptr<std::int64_t>());
  return nn::send(staged, device);
}

/// Some rows of a table on the host.
at::Tensor send_rows(const at::Tensor& table, const at::Tensor& rows, at::Device device) {
  at::Tensor staged = nn::staging_area({rows.numel(), table.size(1)}, at::kFloat, device);
  at::index_select_out(staged, table, 0, rows);
  return nn::send(staged, device);
}

}  // namespace

/// Everything that belongs to one client in one round.
struct LocalTrainer::Round {
  Round(const ClientData& client_, int number_, std::span<const double> rates, const PrivateState* previous_,
        const LocalHooks& hooks_)
      : client(client_),
        number(number_),
        learning_rates(rates),
        previous(previous_),
        hooks(hooks_),
        images(client_) {}

  const ClientData& client;
  int number;
  std::span<const double> learning_rates;
  const PrivateState* previous;
  const LocalHooks& hooks;

  RoundImages images;
  at::Tensor own_plain;  // [n,D] what mining saw in the client's own images
  std::vector<EpochPlan> epochs;
  RoundViews views;              // empty without the contrastive term
  at::Tensor global_features;    // [views,D] by the global model of the round's start
  at::Tensor previous_features;  // [views,D] by the client's previous model
  Heads heads;
  LocalResult result;

  RngStream stream(std::uint64_t seed, Purpose purpose, int epoch) const {
    return RngStream({.seed = seed,
                      .purpose = purpose,
                      .round = static_cast<std::uint64_t>(number),
                      .client = static_cast<std::uint64_t>(value(client.id)),
                      .epoch = static_cast<std::uint64_t>(epoch)});
  }
};

LocalTrainer::LocalTrainer(const GlobalModel& global, const LocalTrainingConfig& config,
                           const PublicData* publics, nn::FeatureMemory& memory, nn::GpuGraph& graph)
    : global_(global),
      config_(config),
      publics_(publics),
      memory_(memory),
      graph_(graph),
      objective_(config.objective),
      backbone_(global.backbone().make_parameters(global.parameters().device(), config.embed.format)) {}

LocalResult LocalTrainer::train(const ClientData& client, int round, std::span<const double> learning_rates,
                                const PrivateState* state, const at::Tensor& start, const LocalHooks& hooks) {
  const ActivityScope scope = with_client(client.id);
  Round r(client, round, learning_rates, state, hooks);
  choose_images(r);
  for (int epoch = 0; epoch < static_cast<int>(learning_rates.size()); ++epoch)
    r.epochs.push_back(plan_epoch(r, epoch));
  if (objective_.has("contrastive")) embed_views_of(r);
  backbone_.copy_from(start);
  prepare_heads(r);
  at::Tensor term_sums;
  {
    const Span span("training steps");
    const ScopedTimer timer(r.result.statistics.seconds_training);
    const ActivityScope steps(current_activity());  // the steps that run_epoch notes end here
    term_sums = run_epochs(r);
  }
  return finish(r, term_sums);
}

/// The client's images and the public ones to train with.
void LocalTrainer::choose_images(Round& round) const {
  auto& kept = round.result.hard_negatives;
  if (config_.public_images == PublicImages::hard_negatives) {
    embed_for_mining(round);
    const Span span("mining");
    const ScopedTimer timer(round.result.statistics.seconds_mining);
    kept = mine_hard_negatives(nn::unit_rows(round.own_plain), publics_->candidates, config_.mining);
  } else if (config_.public_images == PublicImages::all) {
    kept = all_indices(publics_->images.size());
  }
  if (!kept.empty()) round.images.add_public(publics_->images, kept, round.client.identities);
}

at::Tensor LocalTrainer::feature_table(const RoundViews& views) const {
  return memory_.table(std::ssize(views.all()), global_.backbone().config().embedding);
}

void LocalTrainer::embed_for_mining(Round& round) const {
  const Span span("frozen features");
  const ScopedTimer timer(round.result.statistics.seconds_frozen);
  round.own_plain = memory_.table(round.images.local(), global_.backbone().config().embedding);
  embed_views(global_.backbone(), global_.parameters(), round.images, plain_views(round.images.local()),
              config_.embed, round.own_plain);
}

void LocalTrainer::embed_views_of(Round& round) const {
  const Span span("frozen features");
  const ScopedTimer timer(round.result.statistics.seconds_frozen);
  round.views = RoundViews(round.images.size(), round.images.local(), round.epochs);
  embed_by_global(round);
  embed_by_previous(round);
}

/// What mining and the round's look at the public set have seen is not embedded again.
void LocalTrainer::embed_by_global(Round& round) const {
  const RoundViews& views = round.views;
  const auto& kept = round.result.hard_negatives;
  round.global_features = feature_table(views);
  const auto embed = [&](std::span<const View> part) {
    embed_views(global_.backbone(), global_.parameters(), round.images, part, config_.embed,
                views.part_of(round.global_features, part));
  };
  const auto take = [&](const at::Tensor& from, std::span<const View> part, const auto& row_of) {
    if (part.empty()) return;
    std::vector<std::int64_t> rows(part.size());
    std::ranges::transform(part, rows.begin(), row_of);
    at::Tensor to = views.part_of(round.global_features, part);
    at::index_select_out(to, from, 0, int_tensor(rows));
  };
  if (round.own_plain.defined())
    take(round.own_plain, views.own_plain(), &View::position);
  else
    embed(views.own_plain());
  embed(views.own_mirrored());
  if (kept.empty()) return;
  const auto row_of_public = [&](const View& view) {
    return kept[static_cast<std::size_t>(view.position - round.images.local())];
  };
  take(publics_->plain_features, views.public_plain(), row_of_public);
  take(publics_->mirrored_features, views.public_mirrored(), row_of_public);
}

void LocalTrainer::embed_by_previous(Round& round) const {
  if (round.previous == nullptr || !round.previous->backbone.defined()) {
    round.previous_features = round.global_features;  // before its first round a client has no other model
    return;
  }
  nn::ParameterSet model = global_.backbone().make_parameters(backbone_.device());
  model.copy_from(round.previous->backbone);
  round.previous_features = feature_table(round.views);
  embed_views(global_.backbone(), model, round.images, round.views.all(), config_.embed,
              round.previous_features);
}

void LocalTrainer::prepare_heads(Round& round) const {
  const bool features_are_logits = config_.objective.margin.kind == nn::Margin::logits;
  if (features_are_logits && !config_.objective.dfc) return;
  const at::NoGradGuard no_grad;
  const std::int64_t dimension = global_.backbone().config().embedding;
  const at::Device device = backbone_.device();
  const auto client = static_cast<std::uint64_t>(value(round.client.id));
  nn::ParameterSet centres(
      {{"local_centres", {round.client.identities, dimension}, nn::Start::normal, centre_deviation}}, device);
  if (round.previous != nullptr && round.previous->local_centres.defined())
    centres.copy_from(round.previous->local_centres.flatten());
  else
    centres.initialise(config_.seed, Purpose::initialise_head, client);
  const bool with_public = config_.public_classes && global_.public_identities() > 0;
  round.heads.classifier = with_public ? at::cat({centres[0], global_.public_centres()}) : centres[0].clone();
  round.heads.classifier.set_requires_grad(true);
  if (!config_.objective.dfc) return;
  round.heads.dfc =
      nn::ParameterSet(dfc_specs(config_.objective.converter, round.client.identities, dimension), device);
  if (round.previous != nullptr && round.previous->dfc.defined()) {
    round.heads.dfc.copy_from(round.previous->dfc);
  } else {
    round.heads.dfc.initialise(config_.seed, Purpose::initialise_head, client);
    at::Tensor(round.heads.dfc[0]).copy_(centres[0]);  // the binary classifiers start as the class centres
  }
  round.heads.dfc.set_trainable(true);
}

at::Tensor LocalTrainer::run_epochs(Round& round) {
  if (!config_.keep_incomplete && !config_.allow_no_steps && round.images.size() < config_.batch)
    throw UsageError(
        "client {} ({}) has {} images in round {}, fewer than --batch {}: with incomplete-batch = drop it "
        "would make no "
        "step at all. Lower --batch or set incomplete-batch = keep",
        value(round.client.id), round.client.name, round.images.size(), round.number + 1, config_.batch);
  backbone_.set_trainable(true);
  TrainingStep step({global_.backbone(), backbone_, objective_}, config_, round.heads, count_steps(round),
                    graph_);
  for (int epoch = 0; epoch < static_cast<int>(round.epochs.size()); ++epoch) run_epoch(round, epoch, step);
  backbone_.set_trainable(false);
  return step.loss_sums();
}

data::BatchLoader::Options LocalTrainer::loading() const {
  return {
      .batch = config_.batch, .keep_incomplete = config_.keep_incomplete, .threads = at::get_num_threads()};
}

std::int64_t LocalTrainer::count_steps(const Round& round) const {
  return loading().batches(round.images.size()) * std::ssize(round.epochs);
}

EpochPlan LocalTrainer::plan_epoch(const Round& round, int epoch) const {
  EpochPlan plan;
  plan.learning_rate = round.learning_rates[static_cast<std::size_t>(epoch)];
  plan.order = all_indices(round.images.size());
  if (round.hooks.order)
    plan.order = round.hooks.order(epoch, round.images.size());
  else
    round.stream(config_.seed, Purpose::batch_order, epoch).shuffle(std::span(plan.order));
  plan.mirrored.resize(plan.order.size(), 0);
  RngStream coins = round.stream(config_.seed, Purpose::flip, epoch);
  if (config_.mirror) std::ranges::generate(plan.mirrored, [&] { return coins.coin() ? 1 : 0; });
  return plan;
}

void LocalTrainer::run_epoch(Round& round, int epoch, TrainingStep& step) {
  const EpochPlan& plan = round.epochs[static_cast<std::size_t>(epoch)];
  data::BatchLoader loader(round.images.sources(), round.images.sequence(plan.order, plan.mirrored),
                           loading());
  const std::int64_t steps = count_steps(round);
  auto& statistics = round.result.statistics;
  std::size_t done = 0;
  const auto next_batch = [&] {
    const ScopedTimer timer(statistics.seconds_waiting);
    return loader.next();
  };
  while (const data::Batch* batch = next_batch()) {
    if (round.hooks.stop_requested && round.hooks.stop_requested()) throw StopRequested();
    at_step(statistics.steps + 1, steps);
    const Span span("step");
    const auto positions = std::span(plan.order).subspan(done, batch->labels.size());
    done += positions.size();
    TrainingStep::Look look;
    if (round.hooks.after_backward)
      look = [&](const StepLosses& losses) {
        round.hooks.after_backward({.epoch = epoch,
                                    .step = statistics.steps,
                                    .steps = steps,
                                    .learning_rate = plan.learning_rate,
                                    .positions = positions,
                                    .terms = losses.terms,
                                    .loss = losses.loss,
                                    .backbone = backbone_,
                                    .heads = round.heads});
      };
    step.run(batch_of(round, *batch, positions), plan.learning_rate, look);
    ++statistics.steps;
    statistics.images += std::ssize(positions);
    if (round.hooks.progress) round.hooks.progress(statistics.steps, steps);
  }
}

StepBatch LocalTrainer::batch_of(const Round& round, const data::Batch& batch,
                                 std::span<const std::int64_t> positions) const {
  const at::Device device = backbone_.device();
  const auto& size = global_.backbone().config();
  StepBatch step{.images = nn::network_input(batch.pixels, size.height, size.width_pixels, batch.mirrored,
                                             {device, config_.embed.format}),
                 .labels = send_labels(batch.labels, device),
                 .global_features = {},
                 .previous_features = {}};
  if (objective_.has("contrastive")) {
    const at::Tensor rows = round.views.rows(positions, batch.mirrored);
    step.global_features = send_rows(round.global_features, rows, device);
    step.previous_features = send_rows(round.previous_features, rows, device);
  }
  return step;
}

LocalResult LocalTrainer::finish(Round& round, const at::Tensor& term_sums) const {
  const at::NoGradGuard no_grad;
  LocalResult& result = round.result;
  auto& statistics = result.statistics;
  const double steps = static_cast<double>(std::max<std::int64_t>(statistics.steps, 1));
  statistics.loss = term_sums[0].item<double>() / steps;
  for (std::int64_t t = 1; t < term_sums.numel(); ++t)
    statistics.terms.push_back(term_sums[t].item<double>() / steps);
  statistics.local_images = round.images.local();
  statistics.hard_negatives = round.images.size() - round.images.local();

  const std::int64_t parameters = backbone_.size();
  const at::Tensor shared = at::empty({parameters + global_.public_centres().numel()}, at::kFloat);
  const at::Tensor weights = shared.narrow(0, 0, parameters);
  weights.copy_(backbone_.flat());
  const std::span values(weights.const_data_ptr<float>(), static_cast<std::size_t>(parameters));
  if (!std::isfinite(statistics.loss) || !std::isfinite(largest_magnitude(values)))
    throw DataError(
        "the training of client {} ({}) has diverged in round {}: its loss or its model is not finite; lower "
        "--lr or set --clip-norm",
        value(round.client.id), round.client.name, round.number + 1);
  at::Tensor publics = global_.public_centres();
  if (round.heads.classifier.defined()) {
    const at::Tensor classifier = round.heads.classifier.detach().cpu();
    const std::int64_t local = round.client.identities;
    result.state.local_centres = classifier.narrow(0, 0, local).clone();
    if (classifier.size(0) > local) publics = classifier.narrow(0, local, classifier.size(0) - local);
  }
  if (config_.objective.dfc) result.state.dfc = round.heads.dfc.flat().cpu().clone();
  shared.narrow(0, parameters, publics.numel()).copy_(publics.flatten());
  result.update = {.client = round.client.id, .sample_weight = round.images.size(), .shared = shared};
  result.state.backbone = weights;
  return std::move(result);
}

}  // namespace fedfr::fl
