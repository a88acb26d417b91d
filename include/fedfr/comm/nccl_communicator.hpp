#pragma once
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "fedfr/comm/mpi_communicator.hpp"

namespace fedfr::comm {

/// Sums through NCCL, over a staging buffer on the GPU; everything else is small and goes through MPI. Only
/// in builds with CUDA.
class NcclCommunicator final : public Communicator {
 public:
  /// Collective. Uses the current GPU, which no other rank may use.
  /// @throws PeerError as every operation, also where a peer dies: NCCL itself would wait for ever
  explicit NcclCommunicator(std::unique_ptr<MpiCommunicator> mpi);

  int rank() const override { return mpi_->rank(); }
  int size() const override { return mpi_->size(); }
  std::string description() const override;

  void allreduce_sum(std::span<std::int64_t> values) override;
  void allreduce_max(std::span<double> values) override { mpi_->allreduce_max(values); }
  std::vector<std::vector<std::byte>> allgather_bytes(std::span<const std::byte> mine) override {
    return mpi_->allgather_bytes(mine);
  }
  void broadcast(std::span<std::byte> bytes, int root) override { mpi_->broadcast(bytes, root); }
  void barrier() override { mpi_->barrier(); }
  std::unique_ptr<Communicator> part(int number) override { return mpi_->part(number); }

 private:
  struct CloseComm {
    void operator()(ncclComm_t comm) const noexcept;
  };
  struct CloseStream {
    void operator()(cudaStream_t stream) const noexcept { cudaStreamDestroy(stream); }
  };
  struct FreeBuffer {
    void operator()(std::int64_t* buffer) const noexcept { cudaFree(buffer); }
  };

  /// One piece, to the GPU, through NCCL and back.
  void reduce(std::span<std::int64_t> piece);
  /// Whether NCCL has done what it accepted; throws what has gone wrong since.
  bool idle();
  /// Until `done`, or up to the deadline, and then aborts the group.
  void wait(std::string_view doing, const std::function<bool()>& done);

  std::unique_ptr<MpiCommunicator> mpi_;
  std::unique_ptr<CUstream_st, CloseStream> stream_;
  std::unique_ptr<std::int64_t, FreeBuffer> buffer_;  // on the device, kChunkBytes
  std::unique_ptr<ncclComm, CloseComm> comm_;         // goes first: it uses the stream
};

}  // namespace fedfr::comm
