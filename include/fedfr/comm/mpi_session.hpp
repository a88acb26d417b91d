#pragma once
#include <mpi.h>

#include <string_view>

namespace fedfr::comm {

/// The first object in main and the last to go: initialises MPI (thread level MULTIPLE, errors returned
/// instead of fatal) and finalises it. Works without a launcher as a job of one rank. When it goes because of
/// an exception it aborts the job instead, since the other ranks would wait in MPI_Finalize for ever.
class MpiSession {
 public:
  /// @throws PeerError if MPI cannot be called from several threads
  MpiSession(int& argc, char**& argv);
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;
  ~MpiSession();

  int rank() const { return rank_; }
  int size() const { return size_; }

  /// Ends every rank of the job with this exit code; for errors that only some ranks know of. Any thread may
  /// call it.
  [[noreturn]] static void abort(int exit_code);

 private:
  int rank_ = 0;
  int size_ = 1;
};

/// @throws PeerError that says what was being done, unless `code` is MPI_SUCCESS
void check_mpi(int code, std::string_view doing);

}  // namespace fedfr::comm
