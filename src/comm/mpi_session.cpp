#include "fedfr/comm/mpi_session.hpp"

#include <cstdlib>
#include <exception>
#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/core/standard_streams.hpp"

// MPI lives exactly as long as one object in main. The trap that this avoids: MPI_Finalize waits for all
// ranks, so a rank that leaves by an exception must not call it; it ends the job instead.
namespace fedfr::comm {

namespace {

/// For two or three ranks Open MPI's nonblocking sum goes through one of them, which takes twice the time of
/// a ring; from four ranks on it takes the ring itself. What the user has set stays.
void prefer_ring() { setenv("OMPI_MCA_coll_libnbc_iallreduce_algorithm", "ring", /*overwrite=*/0); }

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv) {
  prefer_ring();
  int provided = 0;
  check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided), "starting MPI");
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "setting MPI's error handler");
  // abort() may come from a thread that watches over a main thread stuck inside MPI.
  if (provided < MPI_THREAD_MULTIPLE)
    throw PeerError(
        "this MPI library cannot be called from several threads: use one built with MPI_THREAD_MULTIPLE");
  check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "asking for the rank");
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &size_), "asking for the number of ranks");
}

MpiSession::~MpiSession() {
  if (std::uncaught_exceptions() > 0) {
    complain(fmt::format("rank {}: an exception is ending this rank, and with it the job", rank_));
    abort(static_cast<int>(ExitCode::peer));
  }
  MPI_Finalize();
}

void MpiSession::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  // MPI promises a best attempt only. No destructors and no exit handlers: other threads still run, and may
  // hang.
  std::_Exit(exit_code);
}

void check_mpi(int code, std::string_view doing) {
  if (code == MPI_SUCCESS) return;
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  text.resize(static_cast<std::size_t>(length));
  throw PeerError("MPI failed while {}: {}", doing, text);
}

}  // namespace fedfr::comm
