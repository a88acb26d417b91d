// The federated training, round by round. `run_round` is the whole of it: what an algorithm does differently
// lies in the parts of its row, which the trainer, the aggregator and the server work by. Every function here
// is collective. What single ranks do and may fail in goes through on_every_rank, so that all go on or none;
// an error that one rank alone meets elsewhere, in an evaluation or in the record, ends the job by an abort
// (app/main.cpp).
#include "fedfr/run/round_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "fedfr/comm/all_equal.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/signals.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/run/client_finisher.hpp"
#include "fedfr/run/client_work.hpp"
#include "fedfr/run/personal_models.hpp"
#include "fedfr/run/public_features.hpp"
#include "fedfr/run/teams.hpp"

namespace fedfr::run {

namespace {

/// Errors that all ranks of a team meet at the same place.
std::exception_ptr agreed_error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const comm::AgreedError&) {
    return std::current_exception();
  } catch (const StopRequested&) {
    return std::current_exception();
  } catch (const fl::ClientDiverged&) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace

RoundLoop::RoundLoop(const Experiment& experiment, comm::Communicator& comm, fl::GlobalModel model,
                     const RunPaths& paths, Recorder& recorder)
    : experiment_(experiment),
      comm_(comm),
      server_(experiment.algorithm, std::move(model), experiment.trained_clients()),
      paths_(paths),
      recorder_(recorder),
      features_(static_cast<std::int64_t>(experiment.options.feature_memory * 1e9),
                experiment.options.scratch),
      balance_(comm.size()),
      evaluator_(experiment, comm),
      checkpoints_(paths.checkpoint, experiment.options.keep_checkpoints, experiment.fingerprints()) {
  if (experiment.keeps_private_state())
    states_.emplace(paths.state, experiment.trained_clients(),
                    experiment.client_tensor_bytes(server_.model()));
}

void RoundLoop::run(const std::function<void()>& begun) {
  resume(begun);
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
  recorder_.done(completed_rounds_, hex16(server_.model().hash()), checkpoints_.path(completed_rounds_));
}

void RoundLoop::run_round(int round) {
  const ActivityScope scope = in_round(round + 1);
  const Span span("round");
  const Attempt attempt = begin(round);
  RoundRecord record;
  record.round = round;
  record.cohort = std::ssize(attempt.cohort);
  record.seconds["checkpoint"] = checkpoint_seconds_;
  const fl::PublicData publics = look_at_public_set(attempt, record);
  // Before anybody trains, from what all ranks have alike: model, cohort and its images set the fixed point.
  fl::Aggregator sum(server_.model().layout(), server_.model().shared(),
                     experiment_.bound(attempt.local_images), experiment_.algorithm.sums);
  train_clients(attempt, publics, sum, record);
  step_server(sum, record);
  if (experiment_.evaluates_in_round(round + 1)) evaluate(round + 1, record);
  // After the evaluation, whose scores the round's line shows, and before the checkpoint: once that says that
  // the round is complete, its events must not be missing.
  balance_.learn(recorder_.round(record, hex16(server_.model().hash())));
  checkpoint(round + 1);
}

Attempt RoundLoop::begin(int round) {
  Attempt attempt = begin_attempt(experiment_, round, server_.hash());
  if (!std::exchange(resumed_, false) || !states_) return attempt;
  find_finished(attempt, *states_, comm_);
  if (!attempt.finished.empty())
    recorder_.console().info(
        fmt::format("round {}/{}: {} of {} clients had finished and are not trained again", round + 1,
                    experiment_.options.rounds, attempt.finished.size(), attempt.cohort.size()));
  return attempt;
}

fl::PublicData RoundLoop::look_at_public_set(const Attempt& attempt, RoundRecord& record) {
  if (attempt.is_trained()) return {};
  const ScopedTimer timer(record.seconds["public"]);
  const ActivityScope phase = doing("looking at the public images");
  const Span span("public features");
  return see_public_set(experiment_, comm_, server_.model(), features_);
}

void RoundLoop::train_clients(const Attempt& attempt, const fl::PublicData& publics, fl::Aggregator& sum,
                              RoundRecord& record) {
  Teams teams(comm_, std::ssize(attempt.cohort) - std::ssize(attempt.finished),
              {.ranks_per_client = experiment_.options.ranks_per_client,
               .micro_batches = experiment_.training.micro_batches});
  tell_of_teams(teams);
  const auto mine = teams.place(balance_, attempt.cohort, attempt.images_to_train());
  {
    const ScopedTimer timer(record.seconds["train"]);
    fl::LocalTrainer trainer(experiment_.algorithm, experiment_.training,
                             {server_.model(), &publics, &server_.state()}, features_, graph_, teams.mine());
    auto* states = states_ ? &*states_ : nullptr;
    ClientFinisher finisher(experiment_.algorithm.aggregates ? &sum : nullptr, states,
                            {.completed_rounds = attempt.round + 1,
                             .attempt = attempt.key,
                             .beside_gpu = experiment_.device.is_cuda()});
    ClientWork work({experiment_, evaluator_, recorder_, states}, comm_, teams, attempt, record);
    const auto train_mine = [&] {
      // A signal that came while the public images were looked at.
      if (!teams.is_shared() && stop_requested()) throw StopRequested();
      for (const ClientId client : mine)
        if (!work.take_over(client, finisher)) work.train(client, trainer, finisher);
    };
    // What the ranks of a team have agreed on; any other error of one of them ends the job, since the others
    // of the team may be waiting for it.
    std::exception_ptr agreed;
    if (teams.is_shared()) agreed = agreed_error_of(train_mine);
    comm::on_every_rank(comm_, "training its clients", [&] {
      if (agreed) std::rethrow_exception(agreed);
      if (!teams.is_shared()) train_mine();
      // Within the agreed work, so that an error of its thread is one of all ranks.
      finisher.wait();
    });
    record.busy_seconds = teams.is_shared() && !teams.leads() && !mine.empty() ? work.seconds() : 0;
  }
  tell_of_files();
}

void RoundLoop::step_server(fl::Aggregator& sum, RoundRecord& record) {
  const ScopedTimer timer(record.seconds["aggregate"]);
  const ActivityScope phase = doing("averaging");
  const Span span("averaging");
  if (!experiment_.algorithm.aggregates) return;
  server_.step(sum.finish(comm_));
  if (!comm::all_equal(comm_, server_.hash()))
    throw PeerError(
        "the ranks have made different models of the same sum: a processor of this job computes wrongly, or "
        "a "
        "server step is not exact. The same command goes on before this round");
}

void RoundLoop::tell_of_teams(const Teams& teams) {
  if (!teams.is_shared() || std::exchange(told_of_teams_, true)) return;
  const int idle = teams.idle_ranks();
  recorder_.console().info(fmt::format(
      "{} rank(s) train {} client(s) at a time together, in {} micro-batch(es) a step{}", comm_.size() - idle,
      teams.count(), experiment_.training.micro_batches,
      idle > 0
          ? fmt::format("; {} have nothing to do: --micro-batches makes more parts, and other bits", idle)
          : ""));
}

void RoundLoop::tell_of_files() {
  if (features_.in_files() == 0 || std::exchange(told_of_files_, true)) return;
  recorder_.console().info(
      fmt::format("{:.1f} MB of embeddings were more than --feature-memory {:g} (GB): they lie in files for "
                  "the time of a round",
                  static_cast<double>(features_.in_files()) / 1e6, experiment_.options.feature_memory));
}

void RoundLoop::evaluate(int completed_rounds, RoundRecord& record) {
  const Span span("evaluation");
  const ScopedTimer timer(record.seconds["evaluate"]);
  const ActivityScope phase = doing("evaluating");
  Evaluation evaluation;
  evaluation.round = completed_rounds;
  evaluation.benchmarks = evaluator_.generic(server_.model());
  if (evaluator_.has_personalised_protocol()) {
    evaluation.global = evaluator_.global_for_clients(server_.model());
    if (completed_rounds == experiment_.options.rounds)
      score_idle_clients(completed_rounds, record.own_scores);
    evaluation.own = gather_scores(comm_, record.own_scores);
  }
  recorder_.evaluation(evaluation);
}

/// At the end also clients that were not in the last cohort are scored, with the model of their last round;
/// those of the cohort were when they finished.
void RoundLoop::score_idle_clients(int completed_rounds, std::vector<eval::ClientScores>& own) {
  if (!states_) return;
  const auto cohort = experiment_.cohort(completed_rounds - 1);
  for (std::int64_t c = comm_.rank(); c < experiment_.clients->clients(); c += comm_.size()) {
    if (std::ranges::binary_search(cohort, ClientId{c})) continue;
    if (const auto state = states_->load(ClientId{c}, completed_rounds))
      own.push_back(evaluator_.own_for_client(ClientId{c}, personal_model(*state, experiment_.algorithm)));
  }
}

void RoundLoop::checkpoint(int completed_rounds) {
  // In this order: all that a complete round has left, client states on all ranks and then the metrics, is on
  // the disk before the checkpoint that calls the round complete. The first agreement keeps rank 0 from
  // writing it while another rank still syncs.
  const Span span("checkpoint");
  checkpoint_seconds_ = 0;
  const ScopedTimer timer(checkpoint_seconds_);
  comm::on_every_rank(comm_, "making the clients' states durable", [&] {
    if (states_) states_->sync();
  });
  comm::on_every_rank(comm_, "saving a checkpoint", [&] {
    if (comm_.rank() != 0) return;
    recorder_.sync();
    checkpoints_.save(server_, completed_rounds);
  });
  completed_rounds_ = completed_rounds;
}

void RoundLoop::resume(const std::function<void()>& begun) {
  const Span span("start");
  std::string warnings;
  std::optional<Checkpoint> found;
  comm::on_every_rank(comm_, "loading the newest checkpoint",
                      [&] { found = checkpoints_.load_newest(server_, warnings); });
  if (!warnings.empty() && comm_.rank() == 0) recorder_.console().warning(warnings);
  completed_rounds_ = found ? found->completed_rounds : 0;
  if (!comm::all_equal(comm_, static_cast<std::uint64_t>(completed_rounds_)))
    throw DataError("the ranks see different checkpoints in {}: is it a folder that all hosts share?",
                    paths_.checkpoint.string());
  // Only now is anything changed: all ranks have found the same checkpoint.
  comm::on_every_rank(comm_, "opening the metrics", [&] {
    if (completed_rounds_ > experiment_.options.rounds)
      throw UsageError("{} has completed {} rounds, more than --rounds {}: choose another --output",
                       paths_.folder.string(), completed_rounds_, experiment_.options.rounds);
    if (states_ && comm_.rank() == 0) states_->prepare(!found);
    begun();
    recorder_.start_at(found ? std::optional(found->completed_rounds) : std::nullopt,
                       hex16(server_.model().hash()));
  });
  resumed_ = found.has_value();
  if (found) {
    recorder_.console().info("resuming after round " + std::to_string(completed_rounds_) +
                             ", model_hash=" + found->model_hash);
    return;
  }
  // Round 0 is a checkpoint as well: a run that is stopped in its first round goes on from the same start.
  RoundRecord start;
  evaluate(0, start);
  checkpoint(0);
}

void RoundLoop::save_results() {
  const Span span("saving the models");
  comm::on_every_rank(comm_, "saving the models", [&] {
    if (comm_.rank() == 0)
      save_model(paths_.folder / "model.safetensors", server_.model(), completed_rounds_,
                 experiment_.fingerprints());
    if (!states_ || !experiment_.options.personal_models) return;
    for (std::int64_t c = comm_.rank(); c < experiment_.clients->clients(); c += comm_.size())
      if (const auto state = states_->load(ClientId{c}, completed_rounds_))
        save_personal_model(paths_.personalized, ClientId{c}, personal_model(*state, experiment_.algorithm),
                            experiment_);
  });
}

}  // namespace fedfr::run
