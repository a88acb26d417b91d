#include "fedfr/run/round_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/eval/embed.hpp"
#include "fedfr/fl/cohort.hpp"
#include "fedfr/run/personal_models.hpp"
#include "fedfr/run/signals.hpp"

namespace fedfr::run {

RoundLoop::RoundLoop(const Experiment& experiment, comm::Communicator& comm, fl::GlobalModel model,
                     const RunPaths& paths, Recorder& recorder)
    : experiment_(experiment),
      comm_(comm),
      model_(std::move(model)),
      paths_(paths),
      recorder_(recorder),
      evaluator_(experiment, comm),
      states_(paths.state),
      checkpoints_(paths.checkpoint, experiment.options.keep_checkpoints, experiment.fingerprints()) {}

void RoundLoop::run() {
  resume();
  try {
    while (completed_rounds_ < experiment_.options.rounds) run_round(completed_rounds_);
  } catch (const Error& error) {
    if (error.code() == ExitCode::resubmit)
      recorder_.console().info(fmt::format("stopped after round {}/{}: the same command goes on from there",
                                           completed_rounds_, experiment_.options.rounds));
    throw;
  }
  save_results();
  recorder_.done(hex16(model_.hash()), checkpoints_.path(completed_rounds_));
}

void RoundLoop::run_round(int round) {
  RoundRecord record;
  record.round = round;
  const auto cohort = experiment_.cohort(round);
  record.cohort = std::ssize(cohort);
  const auto mine =
      fl::place(cohort, experiment_.costs(cohort), comm_.size())[static_cast<std::size_t>(comm_.rank())];
  fl::PublicData publics;
  {
    const ScopedTimer timer(record.seconds["public"]);
    publics = see_public_set();
  }
  fl::Aggregator aggregator(model_.layout(), model_.shared(), experiment_.weight_bound(cohort));
  {
    const ScopedTimer timer(record.seconds["train"]);
    fl::LocalTrainer trainer(model_, experiment_.training, &publics);
    comm::on_every_rank(comm_, "training its clients", [&] {
      if (stop_requested()) throw StopRequested();
      for (const ClientId client : mine) train_client(client, round, trainer, aggregator, record);
    });
  }
  {
    const ScopedTimer timer(record.seconds["aggregate"]);
    if (experiment_.algorithm.aggregates) server_step(aggregator);
  }
  if (experiment_.evaluates_in_round(round + 1)) evaluate(round + 1, std::move(record.own_scores), record);
  recorder_.round(record, hex16(model_.hash()));
  checkpoint(round + 1, record);
}

/// What the global model sees in the public images: each rank a slice, gathered.
fl::PublicData RoundLoop::see_public_set() {
  fl::PublicData publics;
  if (!experiment_.uses_public_images()) return publics;
  publics.images = experiment_.publics->all();
  const bool contrastive = experiment_.training.objective.contrastive;
  if (experiment_.training.public_images != fl::PublicImages::hard_negatives && !contrastive) return publics;
  std::vector<std::int64_t> all(static_cast<std::size_t>(publics.images.size()));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  const auto embed = [&](bool mirrored) {
    return eval::embed_together(comm_, model_.backbone(), model_.parameters(), publics.images, all, mirrored,
                                experiment_.training.embed);
  };
  publics.features.plain = embed(false);
  if (contrastive && experiment_.training.mirror) publics.features.mirrored = embed(true);
  return publics;
}

void RoundLoop::train_client(ClientId client, int round, fl::LocalTrainer& trainer,
                             fl::Aggregator& aggregator, RoundRecord& record) {
  const Stopwatch watch;
  const fl::ClientData data = experiment_.training_data(client);
  std::optional<fl::ClientStateStore::Loaded> before;
  if (experiment_.keeps_private_state()) before = states_.load(client, round);
  if (!before && experiment_.options.reference_semantics)
    before.emplace().state.backbone = experiment_.random_backbone(client);

  const bool own_start = experiment_.algorithm.own_backbone && before && before->state.backbone.defined();
  const at::Tensor start = own_start ? before->state.backbone : model_.parameters().flat();
  const auto rates = fl::learning_rates(experiment_.schedule, round);
  const auto result = trainer.train(data, round, rates, before ? &before->state : nullptr, start,
                                    hooks(record.clients.size(), round));
  if (experiment_.algorithm.aggregates) aggregator.add(result.update);
  if (experiment_.keeps_private_state())
    states_.save(client, round + 1, result.state, before ? before->slot : -1);
  record.learning_rate = rates.front();
  record.clients.push_back({client, comm_.rank(), watch.seconds(), result.statistics});

  if (!experiment_.keeps_private_state() || !evaluator_.has_personalised_protocol()) return;
  if (!experiment_.evaluates_in_round(round + 1)) return;
  const ScopedTimer timer(record.seconds["evaluate own"]);
  record.own_scores.push_back(evaluator_.own_for_client(client, {result.state.backbone, result.state.dfc}));
}

fl::LocalHooks RoundLoop::hooks(std::size_t clients_done, int round) const {
  fl::LocalHooks hooks;
  hooks.stop_requested = [] { return stop_requested(); };
  const auto clients = static_cast<double>(experiment_.cohort_size()) / comm_.size();
  hooks.after_backward = [this, clients_done, clients, round](const fl::StepView& step) {
    const double of_client = static_cast<double>(step.step + 1) / static_cast<double>(step.steps);
    recorder_.progress((static_cast<double>(clients_done) + of_client) / clients, round);
  };
  return hooks;
}

/// Sample-weighted averaging (McMahan et al., AISTATS 2017). The released program averages the public class
/// centres and then goes on from the initial ones.
void RoundLoop::server_step(fl::Aggregator& aggregator) {
  std::vector<float> mean = aggregator.finish(comm_);
  if (experiment_.options.reference_semantics || !experiment_.options.share_public_centres) {
    const std::vector<float> now = model_.shared();
    std::copy(now.begin() + model_.parameters().size(), now.end(), mean.begin() + model_.parameters().size());
  }
  model_.set_shared(mean);
}

void RoundLoop::evaluate(int completed_rounds, std::vector<eval::ClientScores> own, RoundRecord& record) {
  const ScopedTimer timer(record.seconds["evaluate"]);
  Evaluation evaluation;
  evaluation.round = completed_rounds;
  evaluation.benchmarks = evaluator_.generic(model_);
  if (evaluator_.has_personalised_protocol()) {
    evaluation.global = evaluator_.global_for_clients(model_);
    if (completed_rounds == experiment_.options.rounds) score_idle_clients(completed_rounds, own);
    evaluation.own = gather_scores(comm_, own);
  }
  recorder_.evaluation(evaluation);
}

/// At the end also clients that were not in the last cohort are scored, with the model of their last round.
void RoundLoop::score_idle_clients(int completed_rounds, std::vector<eval::ClientScores>& own) {
  if (!experiment_.keeps_private_state()) return;
  const auto cohort = experiment_.cohort(completed_rounds - 1);
  for (std::int64_t c = comm_.rank(); c < experiment_.clients->clients(); c += comm_.size()) {
    if (std::ranges::binary_search(cohort, ClientId{c})) continue;
    const auto loaded = states_.load(ClientId{c}, completed_rounds);
    if (loaded)
      own.push_back(evaluator_.own_for_client(ClientId{c}, {loaded->state.backbone, loaded->state.dfc}));
  }
}

void RoundLoop::checkpoint(int completed_rounds, RoundRecord& record) {
  const ScopedTimer timer(record.seconds["checkpoint"]);
  comm::on_every_rank(comm_, "saving a checkpoint", [&] {
    if (comm_.rank() != 0) return;
    recorder_.sync();
    checkpoints_.save(model_, completed_rounds);
  });
  completed_rounds_ = completed_rounds;
}

void RoundLoop::resume() {
  std::string warnings;
  std::optional<Checkpoint> found;
  comm::on_every_rank(comm_, "loading the newest checkpoint",
                      [&] { found = checkpoints_.load_newest(model_, warnings); });
  if (!warnings.empty() && comm_.rank() == 0) recorder_.console().warning(warnings);
  completed_rounds_ = found ? found->completed_rounds : 0;
  std::array<double, 2> extremes = {static_cast<double>(completed_rounds_),
                                    -static_cast<double>(completed_rounds_)};
  comm_.allreduce_max(extremes);
  if (extremes[0] != -extremes[1])
    throw DataError("the ranks see different checkpoints in {}: is it a folder that all hosts share?",
                    paths_.checkpoint.string());
  comm::on_every_rank(comm_, "opening the metrics", [&] {
    if (completed_rounds_ > experiment_.options.rounds)
      throw UsageError("{} has completed {} rounds, more than --rounds {}: choose another --output",
                       paths_.folder.string(), completed_rounds_, experiment_.options.rounds);
    recorder_.start_at(found ? std::optional(found->completed_rounds) : std::nullopt);
  });
  if (found) {
    recorder_.console().info("resuming after round " + std::to_string(completed_rounds_) +
                             ", model_hash=" + found->model_hash);
    return;
  }
  RoundRecord start;
  evaluate(0, {}, start);
  checkpoint(0, start);
}

void RoundLoop::save_results() {
  comm::on_every_rank(comm_, "saving the models", [&] {
    if (comm_.rank() == 0)
      save_model(paths_.folder / "model.safetensors", model_, completed_rounds_, experiment_.fingerprints());
    if (!experiment_.keeps_private_state()) return;
    for (std::int64_t c = comm_.rank(); c < experiment_.clients->clients(); c += comm_.size())
      if (const auto loaded = states_.load(ClientId{c}, completed_rounds_))
        save_personal_model(paths_.personalized, ClientId{c}, {loaded->state.backbone, loaded->state.dfc},
                            experiment_);
  });
}

}  // namespace fedfr::run
