#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/run/console.hpp"

/// Reads what runs leave behind, and makes tables and pages of it.
namespace fedfr::report {

using run::NamedNumber;

/// One round, as metrics.jsonl tells.
struct RoundEvent {
  int round = 0;  ///< from 1
  std::int64_t cohort = 0;
  std::int64_t images = 0;  ///< through training steps
  double loss = 0;
  std::vector<NamedNumber> terms;
  std::optional<std::int64_t> hard_negatives;
  double learning_rate = 0;
  double seconds = 0;
  double time = 0;
  std::map<std::string, double> phases;  ///< seconds of the slowest rank
  double idle_share = 0;                 ///< in [0, 1]
  int ranks = 1;
  std::string model_hash;
};

/// One evaluation as named figures, shares in [0, 1]: `BENCHMARK/accuracy`, `BENCHMARK/TAR@0.01`,
/// `global/TAR@0.01/mean` (also worst and best; also of `own`, the clients' own models; also TPIR@0.1 and
/// rank1). Rates that there are too few impostors to measure are not among them.
struct EvaluationEvent {
  int round = 0;  ///< 0: the start
  std::vector<NamedNumber> figures;
};

struct Metrics {
  std::vector<RoundEvent> rounds;
  std::vector<EvaluationEvent> evaluations;
};

/// Events of other kinds are passed over, as is a last line without its end, which is still being written.
/// @param text  of a metrics.jsonl
/// @param name  of the file, for messages
/// @throws DataError naming file and line of what is no event
Metrics parse_metrics(std::string_view text, const std::string& name);

/// @returns undefined (NaN) where there is no such figure
double figure(const std::vector<NamedNumber>& figures, std::string_view name);

/// The figure that stands for a whole evaluation: the first benchmark's accuracy, else the clients' mean TAR.
std::optional<NamedNumber> headline(const EvaluationEvent& evaluation);

}  // namespace fedfr::report
