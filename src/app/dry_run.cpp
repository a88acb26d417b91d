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

}  // namespace

void print_dry_run(const Startup& startup, const fl::GlobalModel& model, run::Console& console) {
  const auto& experiment = *startup.experiment;
  console.info(run::record(experiment.options));
  const auto cohort = experiment.cohort(0);
  const auto placed = run::LoadBalance(startup.comm->size()).place(cohort, experiment.local_images(cohort));
  for (std::size_t rank = 0; rank < placed.size(); ++rank) {
    std::vector<std::int64_t> ids;
    std::int64_t images = 0;
    for (const auto client : placed[rank]) {
      ids.push_back(value(client));
      images += experiment.training_data(client).size();
      if (experiment.uses_public_images() && !experiment.algorithm.public_images->by_similarity)
        images += experiment.publics->images();
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
