#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/report/run_record.hpp"
#include "fedfr/report/sweep.hpp"

namespace fedfr::report {

/// Where a cell stands.
struct CellStatus {
  RunState state = RunState::waiting;
  std::optional<RunRecord> run;  ///< absent while the cell has no run directory
  std::optional<int> exit_code;  ///< of its last job that ended, if that was started by a sweep
  std::optional<Error> problem;  ///< why it is `damaged`: its files cannot be read, or are of another run

  bool unfinished() const { return state != RunState::done; }
};

/// A cell whose job has ended with another code than 0 and 85 has failed. One whose run directory cannot be
/// read, or holds a run with other options, is damaged; that of the others is told nevertheless.
CellStatus status_of(const Sweep& sweep, const Cell& cell);
std::vector<CellStatus> status_of(const Sweep& sweep);

/// Notes how the job of a cell ended.
void save_exit_code(const Sweep& sweep, const Cell& cell, int code);

/// @throws what is the matter with the first cell that has a run with other options
void refuse_other_runs(const std::vector<CellStatus>& cells);

/// A line for each damaged cell; empty without any.
std::string problems(const Sweep& sweep, const std::vector<CellStatus>& cells);

/// A line for each cell, and one that counts.
std::string status_table(const Sweep& sweep, const std::vector<CellStatus>& cells);

}  // namespace fedfr::report
