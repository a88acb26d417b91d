#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

/// What this process may use of its machine: which processors (affinity), and how much of their time
/// (quotas). A container may see 64 processors and have the time of two: who starts 64 threads there waits
/// most of the time.
namespace fedfr {

/// Processor time that a control group (cgroup) leaves all its processes together.
struct CpuQuota {
  double processors = 0;     ///< seconds of processor time per second: 1.5 is one and a half processors
  std::uint64_t device = 0;  ///< with `inode`: equal for two processes of a host if they share the quota
  std::uint64_t inode = 0;
  bool operator==(const CpuQuota&) const = default;
};

/// The quotas of this process's control groups and of those around them, of version 1, version 2 or both.
/// What cannot be read is no quota: this never throws.
/// @param root  of the file system; another one only for tests
std::vector<CpuQuota> cpu_quotas(const std::filesystem::path& root = "/");

/// The numbers of the processors that this process may run on, rising; never empty.
std::vector<int> allowed_processors();

/// Seconds of processor time per second that this process can have if it is alone: its allowed processors, or
/// fewer by a quota.
double usable_processor_time();

/// How many threads this process can keep busy if it is alone: allowed processors, or fewer by a quota, whose
/// fractions round down; at least 1.
int usable_processors();

/// @param threads  that somebody asks for
/// @param option   for the message: "--threads"
/// @throws UsageError below 1, or far above what makes sense here; more threads than processors are allowed,
/// since results of another machine are repeated with its number of threads
void check_threads(int threads, std::string_view option);

/// Starts that many threads at once and ends them, since OpenMP's library ends the process with a text of its
/// own, and exit code 1, where it cannot start one.
/// @throws PeerError that says what limits them
void check_threads_start(int threads);

/// @throws PeerError that says what limits threads
[[noreturn]] void throw_no_thread(const std::system_error& error);

}  // namespace fedfr
