#include "fedfr/comm/make_communicator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "fedfr/comm/gpu.hpp"
#include "fedfr/comm/local_communicator.hpp"
#include "fedfr/comm/mpi_communicator.hpp"
#include "fedfr/comm/topology.hpp"
#include "nccl_factory.hpp"

// Which transport sums the models: NCCL if every rank has a GPU of its own, else MPI, and for one rank none.
// All ranks must choose alike, since NCCL's start is collective: whoever cannot says so through MPI first.
namespace fedfr::comm {
namespace {

/// Why NCCL cannot serve these ranks; empty if it can. No rank may call NCCL before all agree.
std::string obstacle_to_nccl(MpiCommunicator& mpi, bool rank_has_own_gpu) {
  const std::string gpu = rank_has_own_gpu ? hostname() + " " + gpu_address() : std::string();
  const auto gpus = mpi.allgather_bytes(std::as_bytes(std::span(gpu)));
  const auto without = std::ranges::count_if(gpus, [](const auto& name) { return name.empty(); });
  if (without == mpi.size()) return "the ranks compute on processors, not GPUs";
  if (without > 0) return fmt::format("{} of {} ranks have no GPU", without, mpi.size());
  if (std::ssize(std::set(gpus.begin(), gpus.end())) < mpi.size()) return "ranks share a GPU";
  return {};
}

}  // namespace

std::unique_ptr<Communicator> make_communicator(const MpiSession& session, bool rank_has_own_gpu,
                                                double deadline_seconds, const Watchdog* watchdog) {
  if (session.size() == 1) return std::make_unique<LocalCommunicator>();
  MpiCommunicator probe(session, deadline_seconds, "looking for GPUs", watchdog);
  const std::string obstacle = obstacle_to_nccl(probe, rank_has_own_gpu);
  auto mpi = std::make_unique<MpiCommunicator>(session, deadline_seconds, obstacle, watchdog);
  if (obstacle.empty()) return make_nccl_communicator(std::move(mpi));
  return mpi;
}

}  // namespace fedfr::comm
