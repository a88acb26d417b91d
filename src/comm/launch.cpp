#include "fedfr/comm/launch.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "fedfr/core/error.hpp"

// Before MPI starts, from the environment alone. Open MPI believes the variables of a Slurm step, and of a
// missing or full folder for temporary files it says so in words of its own and ends the process: so both are
// looked at first, by the rules that Open MPI has.
namespace fedfr::comm {

namespace {

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

/// Of a step or of the PMIx server that belongs to it; the job's variables stay, for whoever asks for its
/// number.
bool belongs_to_step(std::string_view name) {
  for (const char* start : {"PMIX_", "PMI_", "SLURM_STEP", "SLURM_PROCID", "SLURM_TASK_PID"})
    if (name.starts_with(start)) return true;
  return false;
}

}  // namespace

bool alone_in_slurm_step(const Variables& variables, int process) {
  if (!variables("OMPI_COMM_WORLD_SIZE").empty()) return false;  // mpirun, which may itself run in a step
  if (variables("SLURM_STEP_ID").empty() && variables("SLURM_STEPID").empty()) return false;
  if (!variables("SLURM_HET_SIZE").empty()) return false;  // one of several steps that are one job
  if (std::atoi(variables("SLURM_STEP_NUM_TASKS").c_str()) <= 1) return true;
  // With several tasks: ranks, but for what somebody starts in the shell of `srun --ntasks=2 --pty bash`.
  return !variables("SLURM_PTY_PORT").empty() && variables("SLURM_TASK_PID") != std::to_string(process);
}

void leave_slurm_step_if_alone() {
  if (!alone_in_slurm_step(variable, getpid())) return;
  // All names first: unsetenv moves the entries.
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (belongs_to_step(text)) names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const auto& name : names) unsetenv(name.c_str());
}

void check_temporary_folder() {
  // mpirun has made the folder already, or has said why not.
  if (!variable("OMPI_COMM_WORLD_SIZE").empty()) return;
  // The last of these that is set wins: the order is that of Open MPI, from its weakest to its strongest.
  std::string source = "/tmp", folder = "/tmp";
  for (const char* name : {"TMP", "TEMP", "TMPDIR", "OMPI_MCA_orte_tmpdir_base"}) {
    if (variable(name).empty()) continue;
    folder = variable(name);
    source = fmt::format("{}={}", name, folder);
  }
  const auto refuse = [&](const std::string& reason) {
    throw DataError(
        "{}: the folder for temporary files, which MPI needs, {}; make room there, or set TMPDIR to a folder "
        "on a local "
        "disk: TMPDIR=/var/tmp fedfr ...",
        source, reason);
  };
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    refuse("cannot be used: " + (error ? error.message() : "it is no folder"));
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    refuse(std::string("cannot be written into: ") + std::strerror(errno));
  // Measured: Open MPI 4.1 with PMIx 4.2 fails with 8 MiB and starts with 12.
  constexpr double least_room = 16.0 * (1 << 20);
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) != 0) return;
  const double room = static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize);
  if (room < least_room)
    refuse(fmt::format("has {:.1f} MB of room left, but {:.0f} are needed", room / 1e6, least_room / 1e6));
  if (space.f_files > 0 && space.f_favail < 64) refuse("has no room for further files (inodes)");
}

}  // namespace fedfr::comm
