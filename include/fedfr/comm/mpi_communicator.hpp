#pragma once
#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/comm/mpi_session.hpp"
#include "fedfr/comm/watchdog.hpp"

namespace fedfr::comm {

/// All ranks of the job through MPI. Before data moves, every rank tells every other which operation it has
/// come to: waiting for a slow rank then costs next to no processor time, a rank that never comes is named,
/// and ranks that come to different operations are an error instead of a hang. After a PeerError the
/// operation may still be in flight and own the caller's memory: the job must end by MpiSession::abort.
class MpiCommunicator final : public Communicator {
 public:
  /// Collective.
  /// @param deadline_seconds  longest wait for other ranks in one operation, > 0
  /// @param why               for the description
  /// @param watchdog          where there is one, it decides how long to wait for a rank that has not come:
  ///                          as long as it lives. It outlives the communicator
  MpiCommunicator(const MpiSession& session, double deadline_seconds, std::string why,
                  const Watchdog* watchdog = nullptr);
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;
  ~MpiCommunicator() override;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::string description() const override;

  void allreduce_sum(std::span<std::int64_t> values) override;
  void allreduce_max(std::span<double> values) override;
  std::vector<std::vector<std::byte>> allgather_bytes(std::span<const std::byte> mine) override;
  void broadcast(std::span<std::byte> bytes, int root) override;
  void barrier() override;
  std::unique_ptr<Communicator> part(int number) override;

  /// The first half of allreduce_sum, for a transport that moves the data itself.
  void await_all_for_sum(std::span<const std::int64_t> values) { arrive(Operation::sum, std::ssize(values)); }

  double deadline_seconds() const { return deadline_seconds_; }  ///< for data on their way
  std::string rank_name(int rank) const;                         ///< "rank 1 (node17)"
  static std::string library();                                  ///< "Open MPI v4.1.4"

 private:
  enum class Operation : std::int64_t { sum, max, gather, broadcast, barrier, part };
  /// What a rank tells the others when it arrives. The length is that of the span, -1 where lengths may
  /// differ.
  struct Arrival {
    Operation operation;
    std::int64_t length;
    bool operator==(const Arrival&) const = default;
  };
  static std::string_view name(Operation operation);

  MpiCommunicator(MPI_Comm part, const MpiCommunicator& whole);
  void meet(int rank_of_job);

  /// Tells all others what this rank has come to, and waits until all have told it theirs. The first step of
  /// every operation, before any data moves.
  void arrive(Operation operation, std::int64_t length);
  void compare(const std::vector<Arrival>& arrivals) const;
  [[noreturn]] void give_up(std::vector<MPI_Request>& receives) const;
  /// Polls what has been begun, up to the deadline: all ranks have come, so that only data are on their way.
  void finish(MPI_Request request, Operation operation) const;
  void send_bytes(std::span<std::byte> bytes, int root, Operation operation) const;

  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_;
  int size_;
  double deadline_seconds_;
  std::string why_;
  const Watchdog* watchdog_;
  Arrival mine_{};                  // a member, because it is still being sent when arrive() gives up
  std::vector<std::string> names_;  // of the ranks, for messages
};

}  // namespace fedfr::comm
