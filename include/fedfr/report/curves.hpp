#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fedfr/report/run_record.hpp"
#include "fedfr/run/pictures/pictures.hpp"
#include "fedfr/run/record/evaluation.hpp"

/// Lines for pictures, from what runs measured.
namespace fedfr::report {

/// Every figure of every client after a round.
/// @returns nothing if the run did not keep it, or it cannot be read, which `unreadable_evaluations` tells
std::optional<run::Evaluation> evaluation_of(const RunRecord& record, int round);
std::optional<run::Evaluation> last_evaluation(const RunRecord& record);

/// Which of those of the start and of the last round cannot be read, and why.
std::vector<std::string> unreadable_evaluations(const RunRecord& record);

/// The FAR that pictures show the rate at, where they show one: the second of the run's, as a name and a
/// number.
std::string shown_tar(const run::Options& options);  ///< for example "TAR@0.01"
double shown_far(const run::Options& options);

/// x: FAR, y: TAR; without points that are not defined.
run::Series roc_series(const std::string& name, std::span<const eval::OperatingPoint> curve);

/// x: rank, y: share of probes whose identity is among so many first ones; the mean over clients.
run::Series cmc_series(const std::string& name, std::span<const eval::ClientScores> clients);

/// x: round, y: a figure of the evaluations; without rounds where it is not defined.
run::Series figure_series(const std::string& name, std::span<const EvaluationFigures> evaluations,
                          std::string_view which);

/// TAR of each client at a FAR; undefined for clients with too few impostors for it.
std::vector<double> client_rates(std::span<const eval::ClientScores> clients, double far);

/// The mean of several lines at the places that all of them have, with error bars from the lowest to the
/// highest.
run::Series mean_of(const std::vector<run::Series>& lines, const std::string& name);

}  // namespace fedfr::report
