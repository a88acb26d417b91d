#pragma once
#include <mpi.h>

#include "fedfr/comm/communicator.hpp"

namespace fedfr::comm {

/// All ranks of MPI_COMM_WORLD, through host memory. Waits poll with growing pauses, so that ranks that share a core do
/// not take it from those that still work.
class MpiCommunicator final : public Communicator {
 public:
  /// @param deadline_seconds  of every wait
  explicit MpiCommunicator(double deadline_seconds);

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::string description() const override;
  void allreduce_sum(std::span<std::int64_t> values) override;
  void allreduce_max(std::span<double> values) override;
  std::vector<std::vector<std::byte>> allgather_bytes(std::span<const std::byte> mine) override;
  void broadcast(std::span<std::byte> bytes, int root) override;
  void barrier() override;

 private:
  void wait(MPI_Request& request, const char* doing) const;

  double deadline_;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace fedfr::comm
