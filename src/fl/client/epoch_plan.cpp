#include "fedfr/fl/client/epoch_plan.hpp"

#include <algorithm>

#include "fedfr/core/indices.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/fl/client/local_training.hpp"

// What a client's round looks at is chosen here, before it begins: order and mirroring of each epoch, each
// from a stream named by round, client and epoch. So frozen models can look at all views beforehand, and a
// step draws nothing. Only what augmentation makes of an image is drawn where it is loaded, from a stream of
// its own.
namespace fedfr::fl {

namespace {

RngStream stream(const EpochDraws& draws, Purpose purpose, int epoch) {
  return RngStream(stream_key(draws, purpose, epoch));
}

EpochPlan plan_epoch(int number, std::int64_t images, const EpochDraws& draws, const LocalHooks& hooks) {
  EpochPlan plan{.rates = {}, .order = all_indices(images), .mirrored = {}, .number = number};
  if (hooks.order)
    plan.order = hooks.order(number, images);
  else
    stream(draws, Purpose::batch_order, number).shuffle(std::span(plan.order));
  plan.mirrored.resize(plan.order.size(), 0);
  RngStream coins = stream(draws, Purpose::flip, number);
  if (draws.mirror) std::ranges::generate(plan.mirrored, [&] { return coins.coin() ? 1 : 0; });
  return plan;
}

}  // namespace

StreamKey stream_key(const EpochDraws& draws, Purpose purpose, int epoch) {
  return {.seed = draws.seed,
          .purpose = purpose,
          .round = static_cast<std::uint64_t>(draws.round),
          .client = static_cast<std::uint64_t>(value(draws.client)),
          .epoch = static_cast<std::uint64_t>(epoch)};
}

int epochs_of(const Phase& phase, const RoundRates& rates) {
  return phase.epochs > 0 ? phase.epochs : rates.epochs();
}

std::vector<EpochPlan> plan_epochs(std::span<const Phase> phases, const RoundRates& rates,
                                   std::int64_t images, std::int64_t steps, const EpochDraws& draws,
                                   const LocalHooks& hooks) {
  std::vector<EpochPlan> plans;
  for (const Phase& phase : phases) {
    for (int epoch = 0; epoch < epochs_of(phase, rates); ++epoch) {
      plans.push_back(plan_epoch(static_cast<int>(plans.size()), images, draws, hooks));
      for (std::int64_t step = 0; step < steps; ++step)
        plans.back().rates.push_back(rates.at(epoch, step, steps));
    }
  }
  return plans;
}

}  // namespace fedfr::fl
