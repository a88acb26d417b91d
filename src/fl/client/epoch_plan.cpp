#include "fedfr/fl/client/epoch_plan.hpp"

#include <algorithm>

#include "fedfr/core/indices.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/fl/client/local_training.hpp"

// All random choices of a client's round are made here, before it begins: order and mirroring of each epoch,
// each from a stream named by round, client and epoch. So frozen models can look at all views beforehand, and
// a step draws nothing.
namespace fedfr::fl {

namespace {

RngStream stream(const EpochDraws& draws, Purpose purpose, int epoch) {
  return RngStream({.seed = draws.seed,
                    .purpose = purpose,
                    .round = static_cast<std::uint64_t>(draws.round),
                    .client = static_cast<std::uint64_t>(value(draws.client)),
                    .epoch = static_cast<std::uint64_t>(epoch)});
}

EpochPlan plan_epoch(int number, double rate, std::int64_t images, const EpochDraws& draws,
                     const LocalHooks& hooks) {
  EpochPlan plan{.learning_rate = rate, .order = all_indices(images), .mirrored = {}, .number = number};
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

int epochs_of(const Phase& phase, std::span<const double> rates) {
  return phase.epochs > 0 ? phase.epochs : static_cast<int>(rates.size());
}

std::vector<EpochPlan> plan_epochs(std::span<const Phase> phases, std::span<const double> rates,
                                   std::int64_t images, const EpochDraws& draws, const LocalHooks& hooks) {
  std::vector<EpochPlan> plans;
  for (const Phase& phase : phases) {
    for (int epoch = 0; epoch < epochs_of(phase, rates); ++epoch) {
      const double rate = rates[std::min(static_cast<std::size_t>(epoch), rates.size() - 1)];
      plans.push_back(plan_epoch(static_cast<int>(plans.size()), rate, images, draws, hooks));
    }
  }
  return plans;
}

}  // namespace fedfr::fl
