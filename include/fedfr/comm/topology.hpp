#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/core/processors.hpp"

namespace fedfr::comm {

std::string hostname();  ///< of this machine, up to the first dot

/// What a rank tells the others of where it runs.
struct Place {
  std::string host;
  std::vector<int> processors;   ///< that it may run on
  std::vector<CpuQuota> quotas;  ///< that it is subject to
};

/// The rank's part of its host: processors that several ranks may use, and quotas that several are subject
/// to, count for each with its share. 0.5 is half the time of a processor.
double processors_for(const Place& rank, std::span<const Place> all);

/// Where this rank runs and what it may use there.
struct Topology {
  std::string host;
  int hosts = 1;                ///< machines in the job
  int local_rank = 0;           ///< among the ranks of this host, from 0
  int local_ranks = 1;          ///< ranks on this host
  int allowed_processors = 1;   ///< of this rank, alone or together with others
  std::optional<double> quota;  ///< processors' worth of time for this rank and whom it shares the quota with
  double own_processors = 1;    ///< this rank's part of its host, after the quota and its sharers
  /// As many on all ranks as the least of them can use, since results depend on the number.
  int threads_per_rank = 1;
  int visible_gpus = 0;  ///< 0 in a build without CUDA

  /// The device of this rank, if it sees any. Ranks that see only a GPU of their own (as Slurm can arrange)
  /// take it; else ranks share when there are more of them than GPUs.
  std::optional<int> gpu() const {
    return visible_gpus > 0 ? std::optional(local_rank % visible_gpus) : std::nullopt;
  }
};

/// "2 processors allowed, cpu quota 1.5, 2 ranks on the host": what the number of threads is made of.
std::string describe(const Topology& topology);

/// Collective. Launchers that bind ranks to processors and those that do not give the right number of
/// threads.
Topology discover_topology(Communicator& comm);

}  // namespace fedfr::comm
