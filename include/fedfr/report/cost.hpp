#pragma once
#include "fedfr/report/cell_status.hpp"

namespace fedfr::report {

/// How fast one rank is, measured on a finished run.
struct Rate {
  double images_per_second = 0;  ///< of one rank, evaluation and waiting included
  double hard_negatives = 1;     ///< for each local image
};

/// @throws DataError if the run has no complete round
Rate measured_rate(const RunRecord& run);

struct Cost {
  double images = 0;  ///< through training steps in all rounds, an estimate before the datasets are made
  double hours = 0;   ///< of one rank
};

/// The training images of the clients, times the epochs of all rounds that are left, with hard negatives.
/// @param done  rounds that are completed already
/// @throws DataError if a dataset cannot be read
Cost cost_of(const Sweep& sweep, const Cell& cell, const Rate& rate, int done);

/// The runs of a sweep with their states and costs, and the total of what is left.
std::string dry_run_table(const Sweep& sweep, const std::vector<CellStatus>& cells,
                          const std::optional<Rate>& rate);

}  // namespace fedfr::report
