#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fedfr/run/record/metrics_reader.hpp"

namespace fedfr::bench {

/// What a run of the real program left behind.
struct RealRun {
  run::Metrics metrics;
  double peak_memory_mb = 0;  ///< of the rank that needs most
  double started = 0;         ///< when it was launched, seconds since the Unix epoch
};

/// Before anything is measured.
/// @throws DataError with what mpirun printed if so many ranks cannot be started
void require_ranks(int ranks);

/// Runs `fedfr train` to its end, under mpirun where there are several ranks.
/// @param words   its options but --output
/// @param output  a new folder for the run
/// @throws DataError with what it printed if it fails
RealRun train(int ranks, const std::vector<std::string>& words, const std::filesystem::path& output);

/// How long a round took with all that belongs to it: from the event of the round before it to its own.
///
/// @param round  from 2, since the first has no round before it
double wall_seconds(const run::Metrics& metrics, int round);

}  // namespace fedfr::bench
