#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

#include "doctor_report.hpp"
#include "fedfr/comm/mpi_session.hpp"
#include "fedfr/comm/topology.hpp"

/// The checks of `fedfr doctor`. Collective, but for the first.
namespace fedfr::app {

/// Before MPI starts: the reason why MPI_Init would abort in this process, with what to do, for one process
/// of the job, and empty for the others; nothing if no reason can be seen.
std::optional<std::string_view> launch_without_mpi();

void check_versions(DoctorReport& report);
/// Whether the launcher's ranks are the job's, and what each may use.
void check_ranks(DoctorReport& report, comm::Communicator& comm, const comm::Topology& topology);
/// The GPUs of the ranks, and sums over the transport that a run would use.
void check_transport(DoctorReport& report, const comm::MpiSession& mpi, comm::Communicator& comm,
                     const comm::Topology& topology);
void check_clocks(DoctorReport& report, comm::Communicator& comm, const comm::Topology& topology);
/// Whether a run may write its folder into `folder`, which need not exist yet, and how fast.
void check_storage(DoctorReport& report, comm::Communicator& comm, const std::filesystem::path& folder);

}  // namespace fedfr::app
