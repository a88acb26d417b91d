#pragma once
#include <optional>
#include <string>

#include "fedfr/comm/communicator.hpp"

namespace fedfr::comm {

std::string hostname();  ///< of this machine, up to the first dot

/// Where this rank runs and what it may use there.
struct Topology {
  std::string host;
  int hosts = 1;               ///< machines in the job
  int local_rank = 0;          ///< among the ranks of this host, from 0
  int local_ranks = 1;         ///< ranks on this host
  int allowed_processors = 1;  ///< of this rank, alone or together with others
  int threads_per_rank = 1;    ///< equal on all ranks, since results depend on the number of threads
  int visible_gpus = 0;        ///< 0 in a build without CUDA

  /// The device of this rank, if it sees any. Ranks that see only a GPU of their own (as Slurm can arrange)
  /// take it; else ranks share when there are more of them than GPUs.
  std::optional<int> gpu() const {
    return visible_gpus > 0 ? std::optional(local_rank % visible_gpus) : std::nullopt;
  }
};

/// Collective. A processor that several ranks of a host may use counts for each of them with its share, so
/// both launchers that bind ranks and those that do not give the right number of threads.
Topology discover_topology(Communicator& comm);

}  // namespace fedfr::comm
