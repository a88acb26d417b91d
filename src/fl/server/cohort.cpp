#include "fedfr/fl/server/cohort.hpp"

#include <algorithm>
#include <numeric>

#include "fedfr/core/python_random.hpp"
#include "fedfr/core/rng.hpp"

// Who trains in a round, and where. Both are pure functions of what all ranks know, so that all come to the
// same answer without a message.
namespace fedfr::fl {

namespace {

std::vector<std::int64_t> sample_keyed(std::uint64_t seed, int round, std::int64_t population,
                                       std::int64_t count) {
  RngStream random({.seed = seed, .purpose = Purpose::cohort, .round = static_cast<std::uint64_t>(round)});
  return sample_distinct(random, population, count);
}

std::vector<std::int64_t> sample_released(std::uint64_t seed, int round, std::int64_t population,
                                          std::int64_t count) {
  PythonRandom random(static_cast<std::uint32_t>(seed));
  std::vector<std::int64_t> chosen;
  // One generator draws for all rounds, so that the rounds before have to be drawn too.
  for (int r = 0; r <= round; ++r) chosen = random.sample(population, count);
  return chosen;
}

}  // namespace

std::vector<ClientId> sample_cohort(std::uint64_t seed, int round, std::int64_t clients, double share,
                                    CohortStream stream) {
  const auto count =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(share * static_cast<double>(clients)));
  auto chosen = stream == CohortStream::released ? sample_released(seed, round, clients, count)
                                                 : sample_keyed(seed, round, clients, count);
  std::ranges::sort(chosen);
  std::vector<ClientId> cohort;
  for (const auto id : chosen) cohort.push_back(ClientId{id});
  return cohort;
}

std::vector<std::vector<ClientId>> place(std::span<const ClientId> cohort, std::span<const double> costs,
                                         std::span<const double> speeds) {
  std::vector<std::size_t> order(cohort.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Stable, as the choice of the first rank below: clients of equal cost must be placed alike by every rank.
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  std::vector<std::vector<ClientId>> placed(speeds.size());
  std::vector<std::size_t> ranks(speeds.size());
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<double> load(speeds.size(), 0.0);
  for (const std::size_t member : order) {
    const auto end = [&](std::size_t rank) { return (load[rank] + costs[member]) / speeds[rank]; };
    const std::size_t first = *std::ranges::min_element(ranks, {}, end);
    load[first] += costs[member];
    placed[first].push_back(cohort[member]);
  }
  for (auto& clients : placed) std::ranges::sort(clients);
  return placed;
}

}  // namespace fedfr::fl
