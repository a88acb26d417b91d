#pragma once
#include "fedfr/comm/communicator.hpp"

namespace fedfr::comm {

/// One rank, no transport.
class LocalCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::string description() const override { return "one rank, no communication"; }
  void allreduce_sum(std::span<std::int64_t>) override {}
  void allreduce_max(std::span<double>) override {}
  std::vector<std::vector<std::byte>> allgather_bytes(std::span<const std::byte> mine) override {
    return {{mine.begin(), mine.end()}};
  }
  void broadcast(std::span<std::byte>, int) override {}
  void barrier() override {}
  std::unique_ptr<Communicator> part(int) override { return std::make_unique<LocalCommunicator>(); }
};

}  // namespace fedfr::comm
