#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/report/figures.hpp"
#include "fedfr/run/options/options.hpp"

namespace fedfr::report {

enum class RunState { waiting, running, stopped, failed, damaged, done };
std::string_view name(RunState state);

/// All that a run directory tells without its models.
struct RunRecord {
  std::filesystem::path folder;
  run::Options options;
  std::string config;  ///< text of config.cfg
  run::Metrics metrics;
  std::vector<EvaluationFigures> evaluations;
  RunState state = RunState::stopped;  ///< running, stopped or done
  double age = 0;                      ///< seconds since the last event

  int completed_rounds() const { return metrics.rounds.empty() ? 0 : metrics.rounds.back().round; }
  double seconds() const;            ///< of all rounds
  std::int64_t images() const;       ///< through training steps
  double images_per_second() const;  ///< in the whole time of the rounds
  double idle_share() const;         ///< mean over the rounds
  std::string model_hash() const;    ///< of the last round, or empty
};

/// A run is done when its log says so for as many rounds as its options ask for.
/// @throws DataError if the folder holds no run or a damaged file
RunRecord read_run(const std::filesystem::path& folder);

}  // namespace fedfr::report
