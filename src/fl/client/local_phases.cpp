// The training itself: phase by phase, epoch by epoch, step by step.
#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>

#include <functional>
#include <utility>

#include "client_round.hpp"
#include "corrections.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/trace.hpp"
#include "training_step.hpp"

namespace fedfr::fl {

namespace {

NamedTensors on(const NamedTensors& tensors, at::Device device) {
  NamedTensors there;
  for (const auto& [name, tensor] : tensors) there[name] = tensor.to(device);
  return there;
}

}  // namespace

std::span<const Phase> phases_of(const Algorithm& row) {
  static const Phase everything_learns;
  return row.phases.empty() ? std::span(&everything_learns, 1) : std::span(row.phases);
}

data::BatchLoader::Options LocalTrainer::loading() const {
  return {
      .batch = config_.batch, .keep_incomplete = config_.keep_incomplete, .threads = at::get_num_threads()};
}

void LocalTrainer::run_phases(Round& round) {
  if (!config_.keep_incomplete && !config_.allow_no_steps && round.images.size() < config_.batch)
    throw UsageError(
        "client {} ({}) has {} images in round {}, fewer than --batch {}: with incomplete-batch = drop it "
        "would make no "
        "step at all. Lower --batch or set incomplete-batch = keep",
        value(round.client.id), round.client.name, round.images.size(), round.number + 1, config_.batch);
  const Span span("training steps");
  const ScopedTimer timer(round.result.statistics.seconds_training);
  const ActivityScope steps(current_activity());  // the steps that run_epoch notes end here
  round.steps = loading().batches(round.images.size()) * std::ssize(round.epochs);
  round.loss_sums = at::zeros({std::ssize(objective_.terms()) + 1}, at::kDouble);
  std::span<const EpochPlan> left = round.epochs;
  for (const Phase& phase : phases_of(row_)) {
    const auto epochs = static_cast<std::size_t>(epochs_of(phase, round.rates));
    run_phase(round, phase, left.first(epochs));
    left = left.subspan(epochs);
  }
}

void LocalTrainer::run_phase(Round& round, const Phase& phase, std::span<const EpochPlan> epochs) {
  std::vector<Learning> learning;
  bool shared_learn = false;
  const auto teach = [&](const at::Tensor& tensor, const std::string& name, Role role) {
    const bool learns = role != Role::frozen && (!phase.trains || phase.trains(name, role));
    // None instead of zeros: tensors without a gradient are left alone by corrections, clipping and the
    // optimiser.
    at::Tensor(tensor).mutable_grad() = at::Tensor();
    at::Tensor(tensor).set_requires_grad(learns);
    if (learns) learning.push_back({name, tensor});
    shared_learn = shared_learn || (learns && role == Role::shared);
  };
  const auto tensors = global_.tensors();
  for (std::size_t i = 0; i < backbone_.tensors().size(); ++i)
    if (tensors[i].learning == nn::Learning::by_gradient)
      teach(backbone_[i], tensors[i].name, tensors[i].role);
  // A backbone that learns nothing in this phase is not to change by what it looks at either.
  const bool moves_statistics = global_.moves_statistics() && !learning.empty();
  if (round.heads.classifier.defined()) teach(round.heads.classifier, "classifier", Role::own);
  for (const auto& [name, head] : round.heads.own)
    for (const auto& tensor : head.tensors()) teach(tensor, name, Role::own);

  const Corrections correct(
      row_, {global_, backbone_, round.heads, round.client.identities},
      {.kept = on(row_state(row_, round.kept, shared_at_start_.numel()), backbone_.device()),
       .server = on(server_, backbone_.device())});
  TrainingStep step({global_.backbone(), backbone_, moves_statistics, round.heads, objective_}, config_,
                    std::move(learning), std::cref(correct),
                    loading().batches(round.images.size()) * std::ssize(epochs), {graph_, team_});
  for (const EpochPlan& plan : epochs) run_epoch(round, plan, step);
  // Also forgets the gradients: the next phase, or the next client, must not find them.
  backbone_.set_trainable(false);
  round.loss_sums += step.loss_sums();
  // Only steps that move shared tensors count in W (see ClientEnd).
  if (shared_learn) round.reach += step.reach();
}

/// At once, or, since the ranks of a team have to stop together, by the step, which they make together.
void LocalTrainer::ask_to_stop(const Round& round, TrainingStep& step) {
  const bool wanted = round.hooks.stop_requested && round.hooks.stop_requested();
  if (SharedStep* shared = step.shared())
    shared->ask_to_stop(wanted);
  else if (wanted)
    throw StopRequested();
}

void LocalTrainer::run_epoch(Round& round, const EpochPlan& plan, TrainingStep& step) {
  auto options = loading();
  options.augmentation = config_.augmentation;
  options.draws = stream_key({config_.seed, round.number, round.client.id, config_.mirror},
                             Purpose::augmentation, plan.number);
  data::BatchLoader loader(round.images.sources(), round.images.sequence(plan.order, plan.mirrored), options);
  auto& statistics = round.result.statistics;
  std::size_t done = 0;
  auto rate = plan.rates.begin();
  const auto next_batch = [&]() -> const data::Batch* {
    const ScopedTimer timer(statistics.seconds_waiting);
    try {
      return loader.next();
    } catch (...) {
      // Where a team works, the others wait for this rank in their step.
      if (SharedStep* shared = step.shared()) shared->fail(std::current_exception());
      throw;
    }
  };
  while (const data::Batch* batch = next_batch()) {
    ask_to_stop(round, step);
    at_step(statistics.steps + 1, round.steps);
    const Span span("step");
    const auto positions = std::span(plan.order).subspan(done, batch->labels.size());
    done += positions.size();
    const double learning_rate = *rate++;
    TrainingStep::Look look;
    if (round.hooks.after_backward)
      look = [&](const StepLosses& losses) {
        round.hooks.after_backward({.epoch = plan.number,
                                    .step = statistics.steps,
                                    .steps = round.steps,
                                    .learning_rate = learning_rate,
                                    .positions = positions,
                                    .features = losses.features,
                                    .terms = losses.terms,
                                    .loss = losses.loss,
                                    .backbone = backbone_,
                                    .heads = round.heads});
      };
    step.run(
        send(*batch, positions, round.frozen, global_.backbone().config(), config_.embed, backbone_.device()),
        learning_rate, look);
    ++statistics.steps;
    if (step.shared() != nullptr && step.shared()->is_to_stop()) throw StopRequested();
    if (step.has_diverged()) throw Diverged({"the loss", statistics.steps});
    statistics.images += std::ssize(positions);
    if (round.hooks.progress) round.hooks.progress(statistics.steps, round.steps);
  }
}

}  // namespace fedfr::fl
