#include "dry_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fedfr/fl/disclosure.hpp"
#include "fedfr/run/load_balance.hpp"
#include "fedfr/run/public_features.hpp"

// What a run would be, from the things that it would use: the same experiment, placement and model, so that
// the numbers are not worked out twice.
namespace fedfr::app {

namespace {

constexpr double megabyte = 1e6;

/// Float32 copies of the parameters that a rank holds while it trains: global, local, its gradient, its
/// momentum, the client's previous model; and the sum of the updates in 64 bits.
double model_megabytes(const fl::GlobalModel& model, bool with_previous) {
  const auto parameters = static_cast<double>(model.parameters().size() + model.public_centres().numel());
  return parameters * (4 * (with_previous ? 5 : 4) + 8) / megabyte;
}

/// Of training without clients: what a rank reads, holds and sends in a step.
void print_centralized(const Startup& startup, const fl::GlobalModel& model, run::Console& console) {
  const auto& experiment = *startup.experiment;
  const auto images = experiment.pooled_images();
  const auto shape = experiment.step_shape();
  const fl::EpochImages epoch(images, shape, {});
  const int ranks = startup.comm->size();
  const auto parameters = static_cast<double>(model.parameters().size());
  const auto dimension = static_cast<double>(experiment.options.embedding);
  const auto classes = static_cast<double>(images.classes());
  const int busiest = (shape.micro_batches + ranks - 1) / ranks;
  console.info(
      fmt::format("{} images of {} classes; an epoch is {} steps of {} images, {} micro-batches of {} each",
                  run::with_commas(images.size()), run::with_commas(images.classes()),
                  run::with_commas(epoch.steps()), shape.batch, shape.micro_batches, shape.micro_batch()));
  console.info(
      fmt::format("a rank takes {} of the {} micro-batches of a step{}", busiest, shape.micro_batches,
                  busiest * ranks > shape.micro_batches
                      ? fmt::format(": {} of {} rank(s) have one fewer or none; a multiple of the ranks is "
                                    "best for --micro-batches",
                                    busiest * ranks - shape.micro_batches, ranks)
                      : ""));
  // Weights twice (one copy for evaluation), gradient and momentum in float32, the sum in 64 bits; of the
  // centres weights, momentum, gradient and unit vectors.
  console.info(
      fmt::format("memory of a rank, without activations: {:.0f} MB of the backbone, {:.0f} MB of class "
                  "centres (all of them: {:.0f} MB), {:.0f} MB of logits of a micro-batch",
                  parameters * (4 * 4 + 8) / megabyte, classes / ranks * dimension * 4 * 5 / megabyte,
                  classes * dimension * 4 * 5 / megabyte,
                  static_cast<double>(shape.micro_batch() * ranks) * classes / ranks *
                      experiment.options.class_sample * 4 * 5 / megabyte));
  console.info(
      fmt::format("traffic of a step and rank: an allreduce of {:.1f} MB, {:.2f} MB of features and their "
                  "gradients",
                  ranks > 1 ? parameters * 8 / megabyte : 0.0,
                  ranks > 1 ? shape.batch * dimension * (4 + 8) / megabyte : 0.0));
  console.info("dry run: nothing was trained");
}

}  // namespace

void print_dry_run(const Startup& startup, const fl::GlobalModel& model, run::Console& console) {
  const auto& experiment = *startup.experiment;
  console.info(run::record(experiment.options));
  if (experiment.algorithm.pools_data) {
    print_centralized(startup, model, console);
    return;
  }
  const auto cohort = experiment.cohort(0);
  const auto placed = run::LoadBalance(startup.comm->size()).place(cohort, experiment.local_images(cohort));
  for (std::size_t rank = 0; rank < placed.size(); ++rank) {
    std::vector<std::int64_t> ids;
    std::int64_t images = 0;
    for (const auto client : placed[rank]) {
      ids.push_back(value(client));
      images += experiment.training_data(client).size();
    }
    constexpr std::size_t shown = 20;
    const bool cut = ids.size() > shown;
    ids.resize(std::min(ids.size(), shown));
    console.info(fmt::format("rank {}: {} client(s), {} images an epoch: {}{}", rank, placed[rank].size(),
                             run::with_commas(images), fmt::join(ids, " "), cut ? " ..." : ""));
  }
  auto sent = static_cast<std::int64_t>(model.shared().size());
  const std::int64_t shared = sent;
  for (const auto& sum : experiment.algorithm.sums) sent += fl::resolved(sum.size, shared);
  console.info(fmt::format(
      "memory of a rank, without activations: {:.0f} MB of models, {:.0f} MB of public features (beyond "
      "--feature-memory {:g} GB in files)",
      model_megabytes(model, experiment.algorithm.reads_previous_features()),
      static_cast<double>(run::public_feature_bytes(experiment)) / megabyte,
      experiment.options.feature_memory));
  console.info(fmt::format("traffic of a round: one allreduce of {:.1f} MB",
                           static_cast<double>(sent) * 8 / megabyte));
  console.info("leaves a client: " + fl::disclosure(experiment.algorithm, model));
  console.info("dry run: nothing was trained");
}

}  // namespace fedfr::app
