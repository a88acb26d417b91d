#include "fedfr/run/round_loop.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/signals.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/fl/cohort.hpp"
#include "fedfr/run/personal_models.hpp"
#include "fedfr/run/public_features.hpp"

namespace fedfr::run {

RoundLoop::RoundLoop(const Experiment& experiment, comm::Communicator& comm, fl::GlobalModel model,
                     const RunPaths& paths, Recorder& recorder)
    : experiment_(experiment),
      comm_(comm),
      model_(std::move(model)),
      paths_(paths),
      recorder_(recorder),
      features_(static_cast<std::int64_t>(experiment.options.feature_memory * 1e9),
                experiment.options.scratch),
      balance_(comm.size()),
      evaluator_(experiment, comm),
      checkpoints_(paths.checkpoint, experiment.options.keep_checkpoints, experiment.fingerprints()) {
  if (experiment.keeps_private_state())
    states_.emplace(paths.state, experiment.clients->clients(), experiment.client_tensor_bytes());
}

void RoundLoop::run() {
  resume();
  try {
    while (completed_rounds_ < experiment_.options.rounds) run_round(completed_rounds_);
  } catch (const Error& error) {
    if (error.code() != ExitCode::resubmit) throw;
    if (states_) states_->sync();
    recorder_.console().info(
        fmt::format("stopped in round {}/{}: the same command goes on from there, without the clients that "
                    "have finished it",
                    completed_rounds_ + 1, experiment_.options.rounds));
    throw;
  }
  save_results();
  recorder_.done(hex16(model_.hash()), checkpoints_.path(completed_rounds_));
}

void RoundLoop::run_round(int round) {
  const ActivityScope scope = in_round(round + 1);
  const Span span("round");
  const Attempt attempt = begin(round);
  const auto mine = place(attempt);
  RoundRecord record;
  record.round = round;
  record.cohort = std::ssize(attempt.cohort);
  record.seconds["checkpoint"] = checkpoint_seconds_;
  fl::PublicData publics;
  if (!attempt.is_trained()) {
    const ScopedTimer timer(record.seconds["public"]);
    const ActivityScope phase = doing("looking at the public images");
    const Span features("public features");
    publics = see_public_set(experiment_, comm_, model_, features_);
  }
  fl::Aggregator aggregator(model_.layout(), model_.shared(), experiment_.weight_bound(attempt.local_images));
  {
    const ScopedTimer timer(record.seconds["train"]);
    fl::LocalTrainer trainer(model_, experiment_.training, &publics, features_, graph_);
    ClientFinisher finisher(
        experiment_.algorithm.aggregates ? &aggregator : nullptr, states_ ? &*states_ : nullptr,
        {.completed_rounds = round + 1, .attempt = attempt.key, .beside_gpu = experiment_.device.is_cuda()});
    comm::on_every_rank(comm_, "training its clients", [&] {
      if (stop_requested()) throw StopRequested();
      for (const ClientId client : mine)
        if (!take_over(client, attempt, finisher, record))
          train_client(client, attempt, trainer, finisher, record);
      finisher.wait();
    });
  }
  tell_of_files();
  {
    const ScopedTimer timer(record.seconds["aggregate"]);
    const ActivityScope phase = doing("averaging");
    const Span averaging("averaging");
    if (experiment_.algorithm.aggregates) server_step(aggregator);
  }
  if (experiment_.evaluates_in_round(round + 1)) evaluate(round + 1, std::move(record.own_scores), record);
  balance_.learn(recorder_.round(record, hex16(model_.hash())));
  checkpoint(round + 1);
}

bool RoundLoop::Attempt::has_finished(ClientId client) const {
  return std::ranges::binary_search(finished, client);
}

/// Which clients train, and which of them need not because they had finished when the run was stopped. One
/// rank looks for all, so that they agree.
RoundLoop::Attempt RoundLoop::begin(int round) {
  Attempt attempt;
  attempt.round = round;
  attempt.cohort = experiment_.cohort(round);
  attempt.local_images = experiment_.local_images(attempt.cohort);
  const std::string circumstances =
      fmt::format("{} {} {} {} {}", config_hash(experiment_.options), experiment_.fingerprints().clients,
                  experiment_.fingerprints().publics, model_.hash(), experiment_.numerics);
  attempt.key = hash64(std::as_bytes(std::span(circumstances)));
  if (!std::exchange(resumed_, false) || !states_) return attempt;
  std::vector<ClientId> finished;
  comm::on_every_rank(comm_, "looking for finished clients", [&] {
    if (comm_.rank() != 0) return;
    for (const ClientId client : attempt.cohort)
      if (states_->has_finished(client, round + 1, attempt.key)) finished.push_back(client);
  });
  const auto found = comm_.allgather_bytes(std::as_bytes(std::span(finished)))[0];
  attempt.finished.resize(found.size() / sizeof(ClientId));
  std::ranges::copy(found, std::as_writable_bytes(std::span(attempt.finished)).begin());
  if (!attempt.finished.empty())
    recorder_.console().info(
        fmt::format("round {}/{}: {} of {} clients had finished and are not trained again", round + 1,
                    experiment_.options.rounds, attempt.finished.size(), attempt.cohort.size()));
  return attempt;
}

/// The clients of this rank.
std::vector<ClientId> RoundLoop::place(const Attempt& attempt) const {
  auto images = attempt.local_images;
  for (std::size_t i = 0; i < images.size(); ++i)
    if (attempt.has_finished(attempt.cohort[i])) images[i] = 0;
  return balance_.place(attempt.cohort, images)[static_cast<std::size_t>(comm_.rank())];
}

void RoundLoop::tell_of_files() {
  if (features_.in_files() == 0 || std::exchange(told_of_files_, true)) return;
  recorder_.console().info(
      fmt::format("{:.1f} MB of embeddings were more than --feature-memory {:g} (GB): they lie in files for "
                  "the time of a round",
                  static_cast<double>(features_.in_files()) / 1e6, experiment_.options.feature_memory));
}

void RoundLoop::train_client(ClientId client, const Attempt& attempt, fl::LocalTrainer& trainer,
                             ClientFinisher& finisher, RoundRecord& record) {
  const ActivityScope scope = with_client(client);
  const Span span("client");
  const Stopwatch watch;
  const int round = attempt.round;
  const fl::ClientData data = experiment_.training_data(client);
  std::optional<fl::PrivateState> before;
  if (states_) {
    const Span load("state load");
    const ScopedTimer timer(record.seconds["state"]);
    before = states_->load(client, round);
  }
  if (!before && experiment_.options.reference_semantics)
    before.emplace().backbone = experiment_.random_backbone(client);

  const bool own_start = experiment_.algorithm.own_backbone && before && before->backbone.defined();
  const at::Tensor start = own_start ? before->backbone : model_.parameters().flat();
  const auto rates = fl::learning_rates(experiment_.schedule, round);
  auto result = trainer.train(data, round, rates, before ? &*before : nullptr, start,
                              hooks(record.clients.size(), attempt));
  record.clients.push_back({client, comm_.rank(), watch.seconds(), false, result.statistics});
  const auto finished = std::make_shared<const fl::FinishedClient>(
      fl::FinishedClient{.state = std::move(result.state),
                         .update = std::move(result.update),
                         .report = states_ ? to_json(record.clients.back()).dump() : ""});
  finisher.finish(finished);
  recorder_.console().debug(fmt::format("round {}/{}: client {} trained in {:.3g} s", round + 1,
                                        experiment_.options.rounds, value(client), watch.seconds()));
  evaluate_own(*finished, attempt, record);
}

/// @returns whether the client had finished the round before the run was stopped
bool RoundLoop::take_over(ClientId client, const Attempt& attempt, ClientFinisher& finisher,
                          RoundRecord& record) {
  if (!attempt.has_finished(client)) return false;
  const ActivityScope scope = with_client(client);
  const Span span("client taken over");
  auto loaded = states_->load_finished(client, attempt.round + 1, attempt.key);
  if (!loaded) return false;
  const auto finished = std::make_shared<const fl::FinishedClient>(*std::move(loaded));
  record.clients.push_back(client_record_from(nlohmann::json::parse(finished->report)));
  record.clients.back().taken_over = true;
  finisher.take_over(finished);
  evaluate_own(*finished, attempt, record);
  return true;
}

void RoundLoop::evaluate_own(const fl::FinishedClient& finished, const Attempt& attempt,
                             RoundRecord& record) {
  if (!states_ || !evaluator_.has_personalised_protocol()) return;
  if (!experiment_.evaluates_in_round(attempt.round + 1)) return;
  const ScopedTimer timer(record.seconds["evaluate own"]);
  const ActivityScope phase = doing("evaluating the clients' own models");
  record.own_scores.push_back(
      evaluator_.own_for_client(finished.update.client, {finished.state.backbone, finished.state.dfc}));
}

fl::LocalHooks RoundLoop::hooks(std::size_t clients_done, const Attempt& attempt) const {
  fl::LocalHooks hooks;
  hooks.stop_requested = [] { return stop_requested(); };
  const auto clients = static_cast<double>(attempt.cohort.size()) / comm_.size();
  hooks.progress = [this, clients_done, clients, round = attempt.round](std::int64_t step,
                                                                        std::int64_t steps) {
    const double of_client = static_cast<double>(step) / static_cast<double>(steps);
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
  const Span span("evaluation");
  const ScopedTimer timer(record.seconds["evaluate"]);
  const ActivityScope phase = doing("evaluating");
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
  if (!states_) return;
  const auto cohort = experiment_.cohort(completed_rounds - 1);
  for (std::int64_t c = comm_.rank(); c < experiment_.clients->clients(); c += comm_.size()) {
    if (std::ranges::binary_search(cohort, ClientId{c})) continue;
    if (const auto state = states_->load(ClientId{c}, completed_rounds))
      own.push_back(evaluator_.own_for_client(ClientId{c}, {state->backbone, state->dfc}));
  }
}

void RoundLoop::checkpoint(int completed_rounds) {
  const Span span("checkpoint");
  checkpoint_seconds_ = 0;
  const ScopedTimer timer(checkpoint_seconds_);
  comm::on_every_rank(comm_, "making the clients' states durable", [&] {
    if (states_) states_->sync();
  });
  comm::on_every_rank(comm_, "saving a checkpoint", [&] {
    if (comm_.rank() != 0) return;
    recorder_.sync();
    checkpoints_.save(model_, completed_rounds);
  });
  completed_rounds_ = completed_rounds;
}

void RoundLoop::resume() {
  const Span span("start");
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
    if (states_ && comm_.rank() == 0) states_->prepare(!found);
    recorder_.start_at(found ? std::optional(found->completed_rounds) : std::nullopt, hex16(model_.hash()));
  });
  resumed_ = found.has_value();
  if (found) {
    recorder_.console().info("resuming after round " + std::to_string(completed_rounds_) +
                             ", model_hash=" + found->model_hash);
    return;
  }
  RoundRecord start;
  evaluate(0, {}, start);
  checkpoint(0);
}

void RoundLoop::save_results() {
  const Span span("saving the models");
  comm::on_every_rank(comm_, "saving the models", [&] {
    if (comm_.rank() == 0)
      save_model(paths_.folder / "model.safetensors", model_, completed_rounds_, experiment_.fingerprints());
    if (!states_ || !experiment_.options.personal_models) return;
    for (std::int64_t c = comm_.rank(); c < experiment_.clients->clients(); c += comm_.size())
      if (const auto state = states_->load(ClientId{c}, completed_rounds_))
        save_personal_model(paths_.personalized, ClientId{c}, {state->backbone, state->dfc}, experiment_);
  });
}

}  // namespace fedfr::run
