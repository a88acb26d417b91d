#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/core/ids.hpp"
#include "fedfr/fl/parts/phase.hpp"

namespace fedfr::fl {

struct LocalHooks;

/// What one local epoch looks at, and in which order.
struct EpochPlan {
  double learning_rate = 0;
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

/// The epochs of all phases, one after the other.
/// @param rates   of the schedule, one for each of its epochs
/// @param images  of the round
/// @param hooks   may know an order
std::vector<EpochPlan> plan_epochs(std::span<const Phase> phases, std::span<const double> rates,
                                   std::int64_t images, const EpochDraws& draws, const LocalHooks& hooks);

/// How many of them are a phase's.
int epochs_of(const Phase& phase, std::span<const double> rates);

}  // namespace fedfr::fl
