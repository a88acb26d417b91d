#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "fedfr/core/trace.hpp"

namespace fedfr::run {

/// The span of a rank that waits for others to come, wherever it lies (src/comm/mpi_communicator.cpp).
inline constexpr const char* waiting_phase = "waiting for other ranks";
/// The part of a phase that lies in none of its spans.
inline constexpr const char* rest_phase = "(rest)";

/// A phase of one rank, or of all.
struct ProfilePhase {
  std::string name;
  std::int64_t count = 0;  ///< over ranks
  double seconds = 0;      ///< over ranks, with its parts
  double slowest = 0;      ///< seconds of the rank that has the most
  std::vector<ProfilePhase> parts;
};

/// What one rank has measured, without single events.
struct RankProfile {
  std::string host;
  std::int64_t wall_start = 0;        ///< nanoseconds since 1970
  std::int64_t cut = 0;               ///< events that are missing in the trace
  std::vector<ProfilePhase> threads;  ///< the trainer first; their parts are the outermost phases
};

/// Sums up a trace. Phases that have parts get the rest as their last one, so that parts add up to the whole.
RankProfile profile_of(const Trace& trace, const std::string& host);

/// The same phase of each rank in one, in the order in which the ranks met them.
std::vector<ProfilePhase> merged(const std::vector<RankProfile>& ranks);

/// For a person: a line each phase, the share of convolutions and matrix products, and how long ranks wait.
/// @param ranks        by rank, at least one
/// @param least_share  of the run, in [0, 1): phases that take less have no line
std::string profile_table(const std::vector<RankProfile>& ranks, double least_share = 0);

void to_json(nlohmann::json& json, const RankProfile& profile);
void from_json(const nlohmann::json& json, RankProfile& profile);

}  // namespace fedfr::run
