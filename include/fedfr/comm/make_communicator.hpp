#pragma once
#include <memory>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/comm/mpi_session.hpp"
#include "fedfr/comm/watchdog.hpp"

namespace fedfr::comm {

/// Collective. The fastest transport that serves all ranks: none for one rank, NCCL where every rank has a
/// GPU of its own, else MPI; its description says why.
/// @param rank_has_own_gpu  this rank computes on the GPU that it has made current (gpu.hpp). Ranks that turn
///                          out to share one get MPI, since NCCL refuses them
/// @param deadline_seconds  longest wait for other ranks in one operation, > 0
/// @param watchdog          see MpiCommunicator
std::unique_ptr<Communicator> make_communicator(const MpiSession& session, bool rank_has_own_gpu,
                                                double deadline_seconds, const Watchdog* watchdog = nullptr);

}  // namespace fedfr::comm
