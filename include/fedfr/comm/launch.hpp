#pragma once
#include <functional>
#include <string>

/// What has to be put right before MPI starts, since MPI ends the process where it is not, with a text of its
/// own.
namespace fedfr::comm {

/// The value of an environment variable; empty where it is not set.
using Variables = std::function<std::string(const std::string& name)>;

/// Whether this process is not a rank of a Slurm step although the step's variables, which MPI goes by, say
/// so: it was started in an interactive shell, or is the only task. A step's shell has the variables of its
/// task, and PMIx answers only the first program that is started there.
/// @param process  id of this process
bool alone_in_slurm_step(const Variables& variables, int process);

/// Makes this process a job of one rank where alone_in_slurm_step says so, by taking the step's variables
/// away.
void leave_slurm_step_if_alone();

/// MPI keeps what its processes share in a folder for temporary files.
/// @throws DataError naming the folder, with what to do, if it cannot be written into or is too full
void check_temporary_folder();

}  // namespace fedfr::comm
