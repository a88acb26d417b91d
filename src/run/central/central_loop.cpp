// Training without clients, round by round; a round is an epoch unless --local-epochs says otherwise. Between
// two steps everything that goes on from there is in the trainer and in the place: so a checkpoint, an
// evaluation or a stop may come after any step.
#include "fedfr/run/central/central_loop.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "fedfr/comm/all_equal.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/signals.hpp"
#include "fedfr/core/trace.hpp"
#include "fedfr/nn/weights/model_file.hpp"
#include "fedfr/run/central/central_model.hpp"

namespace fedfr::run {

namespace {

constexpr double seconds_between_lines = 60;

/// The first multiple of `every` beyond a step; never where it is 0.
std::int64_t next_multiple(std::int64_t step, std::int64_t every, std::int64_t never) {
  return every > 0 ? (step / every + 1) * every : never;
}

}  // namespace

/// What is fixed of a round.
struct CentralLoop::Round {
  int number;  // from 0
  fl::RoundRates rates;
  std::int64_t first_epoch;  // of the run
  std::int64_t steps_of_epoch;

  std::int64_t steps() const { return steps_of_epoch * rates.epochs(); }
};

CentralLoop::CentralLoop(const Experiment& experiment, comm::Communicator& comm, fl::GlobalModel model,
                         const RunPaths& paths, Recorder& recorder)
    : experiment_(experiment),
      comm_(comm),
      paths_(paths),
      recorder_(recorder),
      model_(std::move(model)),
      images_(experiment.pooled_images()),
      trainer_(model_, images_, experiment.central_config(), comm),
      evaluator_(experiment, comm),
      checkpoints_(paths.checkpoint, experiment.options.keep_checkpoints, experiment.fingerprints()) {}

void CentralLoop::run(const std::function<void()>& begun) {
  resume(begun);
  while (place_.completed_rounds < experiment_.options.rounds && !place_.stopped_early) run_round();
  const Span span("saving the models");
  save_whole_model(paths_.folder / "model.safetensors");
  recorder_.done(place_.completed_rounds, model_hash(), checkpoints_.path(place_.completed_rounds));
}

void CentralLoop::run_round() {
  const int number = place_.completed_rounds;
  const ActivityScope scope = in_round(number + 1);
  const Span span("round");
  Round round{.number = number,
              .rates = fl::round_rates(experiment_.schedule, number),
              .first_epoch = 0,
              .steps_of_epoch = fl::EpochImages(images_, experiment_.step_shape(), {}).steps()};
  for (int earlier = 0; earlier < number; ++earlier)
    round.first_epoch += fl::epochs_in_round(experiment_.schedule, earlier);
  RoundRecord record;
  record.round = number;
  record.cohort = 1;
  record.seconds["checkpoint"] = checkpoint_seconds_;
  {
    const ScopedTimer timer(record.seconds["train"]);
    const auto& every = experiment_.options;
    while (place_.step < round.steps() && !place_.stopped_early) {
      train_until_boundary(round);
      if (place_.step == round.steps()) break;
      if (every.evaluate_every_steps > 0 && place_.step % every.evaluate_every_steps == 0)
        evaluate_midway(round);
      if (every.checkpoint_every_steps > 0 && place_.step % every.checkpoint_every_steps == 0) checkpoint();
    }
  }
  end_round(record, round);
}

/// Up to the next step at which something else is to be done, at most to the end of the epoch.
void CentralLoop::train_until_boundary(const Round& round) {
  const ActivityScope phase = doing("training");
  const auto& every = experiment_.options;
  const std::int64_t epoch_number = place_.step / round.steps_of_epoch;
  const std::int64_t begin = epoch_number * round.steps_of_epoch;
  const std::int64_t end = std::min(
      {begin + round.steps_of_epoch, next_multiple(place_.step, every.evaluate_every_steps, round.steps()),
       next_multiple(place_.step, every.checkpoint_every_steps, round.steps())});
  const fl::EpochImages epoch(images_, experiment_.step_shape(),
                              {.seed = every.seed,
                               .epoch = static_cast<std::uint64_t>(round.first_epoch + epoch_number),
                               .mirror = every.mirror});
  trainer_.train({.epoch = epoch,
                  .begin = place_.step - begin,
                  .end = end - begin,
                  .rate =
                      [&](std::int64_t step) {
                        return round.rates.at(static_cast<int>(epoch_number), step, round.steps_of_epoch);
                      },
                  .stop_requested = [] { return stop_requested(); },
                  .after_step =
                      [&](std::int64_t step, double loss) {
                        place_.loss += loss;
                        place_.images += epoch.images_of(step);
                        images_since_start_ += epoch.images_of(step);
                        ++place_.step;
                        tell_progress(round, place_.step, loss);
                      }});
  if (place_.step < end) stop(round);
}

/// All ranks are at the same step, since one of them was asked to stop.
void CentralLoop::stop(const Round& round) {
  checkpoint();
  recorder_.console().info(
      fmt::format("stopped in round {}/{} after step {}/{}: the same command goes on from there",
                  round.number + 1, experiment_.options.rounds, place_.step, round.steps()));
  throw comm::AgreedError(ExitCode::resubmit, StopRequested().what());
}

/// On a terminal the bar moves; in a log a line a minute tells how far it is.
void CentralLoop::tell_progress(const Round& round, std::int64_t step, double loss) {
  if (comm_.rank() != 0) return;
  const double share = static_cast<double>(step) / static_cast<double>(round.steps());
  recorder_.progress(share, round.number);
  if (since_line_.seconds() < seconds_between_lines || step == round.steps()) return;
  since_line_ = Stopwatch();
  const double a_second = static_cast<double>(images_since_start_) / since_start_.seconds();
  const double rounds_left = experiment_.options.rounds - round.number - share;
  const double images = static_cast<double>(images_.size()) * round.rates.epochs() * rounds_left;
  recorder_.console().info(fmt::format("round {}/{}  step {}/{}  loss {:.4g}  {:.0f} images/s  ETA {}",
                                       round.number + 1, experiment_.options.rounds, with_commas(step),
                                       with_commas(round.steps()), loss, a_second,
                                       duration_text(images / a_second)));
}

void CentralLoop::evaluate_midway(const Round& round) {
  if (experiment_.benchmarks.empty()) return;
  const Span span("evaluation");
  const ActivityScope phase = doing("evaluating");
  const auto benchmarks = evaluator_.generic(current_model());
  recorder_.midway({.completed_rounds = round.number, .step = place_.step, .steps = round.steps()},
                   benchmarks);
  look_for_gain(benchmarks);
}

void CentralLoop::evaluate(RoundRecord& record, int completed_rounds) {
  const Span span("evaluation");
  const ScopedTimer timer(record.seconds["evaluate"]);
  const ActivityScope phase = doing("evaluating");
  Evaluation evaluation;
  evaluation.round = completed_rounds;
  evaluation.benchmarks = evaluator_.generic(current_model());
  if (evaluator_.has_personalised_protocol()) evaluation.global = evaluator_.global_for_clients(model_);
  recorder_.evaluation(evaluation);
  look_for_gain(evaluation.benchmarks);
}

/// Keeps the best model on the first benchmark, and ends the training where there was no gain for long.
void CentralLoop::look_for_gain(const std::vector<BenchmarkScores>& benchmarks) {
  if (benchmarks.empty()) return;
  const double accuracy = benchmarks.front().scores.accuracy;
  if (accuracy > place_.best_accuracy) {
    place_.best_accuracy = accuracy;
    place_.evaluations_since = 0;
    save_whole_model(paths_.folder / "best.safetensors");
    return;
  }
  ++place_.evaluations_since;
  const int patience = experiment_.options.early_stop;
  if (patience == 0 || place_.evaluations_since < patience) return;
  place_.stopped_early = true;
  recorder_.console().info(fmt::format(
      "early stop: {} evaluations without a better accuracy than {:.4f} on {}; that model is in {}",
      place_.evaluations_since, place_.best_accuracy, benchmarks.front().name,
      (paths_.folder / "best.safetensors").string()));
}

void CentralLoop::end_round(RoundRecord& record, const Round& round) {
  const int completed = round.number + 1;
  if (!comm::all_equal(comm_, current_model().hash()))
    throw PeerError(
        "the ranks have made different models of the same gradients: a processor of this job computes "
        "wrongly, "
        "or is of another kind. The same command goes on before this round");
  if (experiment_.evaluates_in_round(completed) || place_.stopped_early) evaluate(record, completed);
  const double steps = static_cast<double>(std::max<std::int64_t>(place_.step, 1));
  record.busy_seconds = record.seconds["train"];
  if (comm_.rank() == 0) {
    const double loss = place_.loss / steps;
    ClientRecord all{.client = ClientId{0}, .rank = 0, .seconds = record.seconds["train"], .statistics = {}};
    all.statistics = {.local_images = images_.size(),
                      .steps = place_.step,
                      .images = place_.images,
                      .loss = loss,
                      .terms = {loss / experiment_.options.margin_weight}};
    all.statistics.seconds_training = all.seconds;
    record.clients.push_back(std::move(all));
  }
  recorder_.round(record, model_hash());
  place_.completed_rounds = completed;
  place_.step = 0;
  place_.loss = 0;
  place_.images = 0;
  checkpoint();
}

/// The global model as the trainer has it now.
fl::GlobalModel& CentralLoop::current_model() {
  model_.parameters().copy_from(trainer_.backbone().flat().detach());
  return model_;
}

std::string CentralLoop::model_hash() {
  return hex16(central_hash(current_model(), trainer_.classes(), experiment_.own_classes(), comm_));
}

void CentralLoop::checkpoint() {
  const Span span("checkpoint");
  checkpoint_seconds_ = 0;
  const ScopedTimer timer(checkpoint_seconds_);
  comm::on_every_rank(comm_, "making the metrics durable", [&] {
    if (comm_.rank() == 0) recorder_.sync();
  });
  checkpoints_.save(current_model(), trainer_, place_, comm_);
}

void CentralLoop::resume(const std::function<void()>& begun) {
  const Span span("start");
  trainer_.classes().initialise(experiment_.options.seed);
  comm::on_every_rank(comm_, "taking over class centres", [&] { take_centres_of_init(); });
  std::string warnings;
  const auto found = checkpoints_.load_newest(model_, trainer_, comm_, warnings);
  if (!warnings.empty() && comm_.rank() == 0) recorder_.console().warning(warnings);
  place_ = found.value_or(CentralPlace{});
  tell_of_shares();
  const std::string hash = model_hash();
  comm::on_every_rank(comm_, "opening the metrics", [&] {
    if (place_.completed_rounds > experiment_.options.rounds)
      throw UsageError("{} has completed {} rounds, more than --rounds {}: choose another --output",
                       paths_.folder.string(), place_.completed_rounds, experiment_.options.rounds);
    begun();
    recorder_.start_at(found ? std::optional(place_.completed_rounds) : std::nullopt, hash);
  });
  if (found) {
    recorder_.console().info(fmt::format(
        "resuming after round {}{}, model_hash={}", place_.completed_rounds,
        place_.step > 0 ? fmt::format(" and step {} of the next one", with_commas(place_.step)) : "", hash));
    return;
  }
  // The start is a checkpoint as well: a run that is stopped in its first round goes on from it.
  RoundRecord start;
  evaluate(start, 0);
  checkpoint();
}

void CentralLoop::tell_of_shares() {
  const auto shape = experiment_.step_shape();
  recorder_.console().info(fmt::format(
      "{} images of {} classes: {} steps an epoch of {} images in {} micro-batch(es), which {} rank(s) share",
      with_commas(images_.size()), with_commas(images_.classes()),
      with_commas(fl::EpochImages(images_, shape, {}).steps()), shape.batch, shape.micro_batches,
      std::min(comm_.size(), shape.micro_batches)));
  if (comm_.size() > shape.micro_batches && comm_.rank() == 0)
    recorder_.console().warning(fmt::format(
        "{} of {} ranks have no part in a step: more --micro-batches are for more ranks, and other bits",
        comm_.size() - shape.micro_batches, comm_.size()));
}

/// From the weights of --init, where they hold centres of the same public people.
void CentralLoop::take_centres_of_init() {
  const auto& options = experiment_.options;
  if (options.init.empty()) return;
  const auto& network = experiment_.backbone->config();
  const auto given = nn::read_model(
      options.init,
      {.backbone = network.name, .height = network.height, .width_pixels = network.width_pixels});
  const std::int64_t own = experiment_.own_classes();
  const at::Tensor centres = fl::public_centres_in(given.file, experiment_.fingerprints().publics,
                                                   images_.classes() - own, network.embedding);
  if (!centres.defined()) return;
  const at::NoGradGuard no_grad;
  for (auto& slice : trainer_.classes().mine()) {
    const std::int64_t first = std::max(slice.block.begin, own);
    const std::int64_t end = slice.block.begin + slice.block.size;
    if (first < end)
      slice.centres.narrow(0, first - slice.block.begin, end - first)
          .copy_(centres.narrow(0, first - own, end - first));
  }
}

/// With all public centres, which rank 0 alone puts together.
void CentralLoop::save_whole_model(const std::filesystem::path& path) {
  const std::int64_t own = experiment_.own_classes();
  const bool holds = comm_.rank() == 0;
  fl::GlobalModel whole(experiment_.backbone, holds ? images_.classes() - own : 0, at::kCPU);
  whole.parameters().copy_from(trainer_.backbone().flat().detach());
  for_each_block(trainer_.classes(), own, comm_, [&](std::int64_t begin, const at::Tensor& centres) {
    const at::NoGradGuard no_grad;
    whole.public_centres().narrow(0, begin - own, centres.size(0)).copy_(centres);
  });
  const int rounds = place_.completed_rounds;
  comm::on_every_rank(comm_, "saving the model", [&] {
    if (comm_.rank() == 0) save_model(path, whole, rounds, experiment_.fingerprints());
  });
}

}  // namespace fedfr::run
