#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/core/ids.hpp"

namespace fedfr::fl {

/// Which draws choose the clients of a round.
enum class CohortStream {
  keyed,     ///< a stream of its own for each round
  released,  ///< the released program's: Python's random.sample, all rounds from one stream
};

/// The clients of a round, ascending; the same on every rank. Time and memory grow with the cohort, not with
/// the number of clients (`released`: with the cohorts of all rounds so far).
/// @param share  in (0, 1]; the cohort has floor(share * clients) members, at least one
std::vector<ClientId> sample_cohort(std::uint64_t seed, int round, std::int64_t clients, double share,
                                    CohortStream stream);

/// Which rank trains which clients, by the longest-processing-time rule (Graham, SIAM J. Appl. Math. 1969):
/// the largest client first, each to the rank that would finish it first.
/// @param costs   expected work of each member of the cohort, any unit
/// @param speeds  [ranks] work a second of each rank, any unit, > 0
/// @returns       by rank: its members of the cohort, ascending
std::vector<std::vector<ClientId>> place(std::span<const ClientId> cohort, std::span<const double> costs,
                                         std::span<const double> speeds);

}  // namespace fedfr::fl
