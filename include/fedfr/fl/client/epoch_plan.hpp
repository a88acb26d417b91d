#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/core/ids.hpp"
#include "fedfr/core/rng.hpp"
#include "fedfr/fl/parts/phase.hpp"
#include "fedfr/fl/schedule.hpp"

namespace fedfr::fl {

struct LocalHooks;

/// What one local epoch looks at, and in which order.
struct EpochPlan {
  std::vector<double> rates;           ///< by step
  std::vector<std::int64_t> order;     ///< positions among the round's images
  std::vector<std::uint8_t> mirrored;  ///< by place in the order
  int number = 0;                      ///< of the round, over all phases
};

/// What the plans of a client's round draw from: streams of their own, so that they depend on nothing else.
struct EpochDraws {
  std::uint64_t seed;
  int round;
  ClientId client;
  bool mirror;  ///< or no image is mirrored
};

/// The name of such a stream.
StreamKey stream_key(const EpochDraws& draws, Purpose purpose, int epoch);

/// The epochs of all phases, one after the other.
/// @param images  of the round
/// @param steps   of an epoch
/// @param hooks   may know an order
std::vector<EpochPlan> plan_epochs(std::span<const Phase> phases, const RoundRates& rates,
                                   std::int64_t images, std::int64_t steps, const EpochDraws& draws,
                                   const LocalHooks& hooks);

/// How many of them are a phase's.
int epochs_of(const Phase& phase, const RoundRates& rates);

}  // namespace fedfr::fl
