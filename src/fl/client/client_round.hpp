#pragma once
#include <cstdint>
#include <exception>
#include <span>
#include <utility>
#include <vector>

#include "client_heads.hpp"
#include "fedfr/fl/client/epoch_plan.hpp"
#include "fedfr/fl/client/local_trainer.hpp"
#include "first_non_finite.hpp"
#include "frozen_features.hpp"

namespace fedfr::fl {

/// Everything that belongs to one client in one round.
struct LocalTrainer::Round {
  const ClientData& client;
  int number;
  const RoundRates& rates;
  NamedTensors kept;  // before the round
  const LocalHooks& hooks;
  FrozenFeatures frozen;
  RoundImages images;

  std::vector<EpochPlan> epochs;
  Heads heads;
  std::int64_t steps = 0;  // in all epochs
  at::Tensor loss_sums;    // [1 + terms] over the steps so far
  double reach = 0;
  LocalResult result;
};

/// Ends the training of a client whose loss or model is not finite.
struct Diverged : std::exception {
  explicit Diverged(NonFinite found) : seen(std::move(found)) {}
  NonFinite seen;  // which need not be the first
};

/// The phases of the row; one in which everything learns where it names none.
std::span<const Phase> phases_of(const Algorithm& row);

/// What the row keeps of a client; zeros where the client is new to it.
/// @param shared  values of the shared vector
NamedTensors row_state(const Algorithm& row, const NamedTensors& kept, std::int64_t shared);

}  // namespace fedfr::fl
