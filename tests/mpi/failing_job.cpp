// A job in which the last rank fails in the way that the argument names; failing_job.sh looks at how the job
// ends.
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "fedfr/comm/mpi_communicator.hpp"
#include "fedfr/core/error.hpp"

namespace {

void fail(const std::string& how, fedfr::comm::MpiCommunicator& comm, std::span<std::int64_t> values) {
  if (how == "stops-before") kill(getpid(), SIGSTOP);
  if (how == "stops-within") {
    comm.await_all_for_sum(values);
    kill(getpid(), SIGSTOP);
  }
  if (how == "dies") kill(getpid(), SIGKILL);
  if (how == "throws") throw std::runtime_error("nobody else knows of this");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string how = argc > 1 ? argv[1] : "";
  // A death must be noticed by mpirun, not by the deadline.
  const double deadline_seconds = how.starts_with("stops") ? 1 : 30;
  try {
    const fedfr::comm::MpiSession session(argc, argv);
    fedfr::comm::MpiCommunicator comm(session, deadline_seconds, "failing on purpose");
    std::array<std::int64_t, 1000> values{};
    try {
      if (comm.rank() == comm.size() - 1) fail(how, comm, values);
      comm.allreduce_sum(values);
    } catch (const fedfr::PeerError& error) {
      std::fprintf(stderr, "%s\n", error.what());
      fedfr::comm::MpiSession::abort(static_cast<int>(error.code()));
    }
  } catch (const std::exception&) {
    return 1;  // not reached: the session aborts the job on its way out
  }
}
