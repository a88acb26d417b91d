#pragma once
#include <span>
#include <string>

#include "fedfr/eval/identification.hpp"
#include "fedfr/eval/verification.hpp"

/// The results as text for a terminal, at most 100 columns wide for up to four targets and with a line feed
/// at the end of each line.
namespace fedfr::eval {

/// A rate in percent, or why there is none: "93.41", "n/a".
std::string percent(double share);

/// What to print for a rate at a target: "93.41", or "n/a (needs 10,000 impostors, has 3,000)".
std::string describe(const OperatingPoint& point);

struct GenericRow {
  std::string name;  ///< for example "lfw, round 20"
  const VerificationScores* scores = nullptr;
};

/// Verification of one model a line: accuracy, its deviation and 95 % interval, TAR at each FAR (TAR@1e-3).
/// Rates that the pairs cannot resolve are n/a, with the number of pairs needed under the table.
std::string generic_table(std::span<const GenericRow> rows);

/// "accuracy +0.83 points (95 % interval +0.41 to +1.25): 61 pairs gained, 11 lost"
std::string describe(const PairedDifference& difference);

/// Mean, worst and best client of each rate with two kinds of models: usually the global one for everybody,
/// and the clients' own; then how unequal the clients are: worst tenth, deviation, Gini coefficient.
/// @param first, second  their column headings
/// @throws UsageError if the two were made at different targets
std::string personalised_table(const PersonalisedSummary& global, const PersonalisedSummary& personalised,
                               const std::string& first = "global", const std::string& second = "personal");

}  // namespace fedfr::eval
