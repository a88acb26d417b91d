#pragma once
#include "fedfr/report/cell_status.hpp"

/// What fedfr-sweep does with the cells of a sweep. Each returns the program's exit code.
namespace fedfr::tool {

/// Runs the unfinished cells one after the other under mpirun. A cell that fails does not keep the others
/// from running. SIGTERM, SIGUSR1 and Ctrl-C reach the running cell, which saves what it has.
/// @returns 0, 85 after a stop, else the exit code of the first cell that failed
int run_local(const report::Sweep& sweep);

/// @throws UsageError if Slurm cannot write logs into the sweep's folder because of its name
void check_submission(const report::Sweep& sweep);

/// Submits the unfinished cells as a Slurm array, or as several where there are more cells than an array may
/// have.
/// @throws DataError if sbatch cannot be started or refuses
int run_submit(const report::Sweep& sweep);

}  // namespace fedfr::tool
