#include "fedfr/comm/mpi_communicator.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "fedfr/comm/mpi_session.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::comm {

namespace {

constexpr std::size_t most_items = std::size_t{1} << 28;  // in one call: Open MPI 4.1 counts with int

/// Calls `action` for consecutive parts that one MPI call can take; not at all for none.
template <class T, class Action>
void in_parts(std::span<T> values, Action&& action) {
  for (std::size_t begin = 0; begin < values.size(); begin += most_items)
    action(values.subspan(begin, std::min(most_items, values.size() - begin)));
}

int count_of(std::size_t size) { return static_cast<int>(size); }

}  // namespace

MpiCommunicator::MpiCommunicator(double deadline_seconds) : deadline_(deadline_seconds) {
  check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "asking for the rank");
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &size_), "asking for the number of ranks");
}

std::string MpiCommunicator::description() const { return "MPI through host memory"; }

void MpiCommunicator::wait(MPI_Request& request, const char* doing) const {
  using std::chrono::microseconds;
  const Stopwatch watch;
  microseconds pause{0};
  for (int tests = 0;; ++tests) {
    int done = 0;
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), doing);
    if (done != 0) return;
    if (watch.seconds() > deadline_)
      throw PeerError("rank {} waited {:.0f} s in vain while {}: another rank is dead, stopped or slower than --deadline",
                      rank_, deadline_, doing);
    // A transfer needs to be driven without pause while it runs; a rank that is late may be waited for gently.
    constexpr int eager_tests = 20'000;
    if (tests < eager_tests) {
      std::this_thread::yield();
      continue;
    }
    pause = std::min(pause + microseconds{10}, microseconds{1000});
    std::this_thread::sleep_for(pause);
  }
}

void MpiCommunicator::allreduce_sum(std::span<std::int64_t> values) {
  in_parts(values, [&](std::span<std::int64_t> part) {
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Iallreduce(MPI_IN_PLACE, part.data(), count_of(part.size()), MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD,
                             &request),
              "summing the clients' updates");
    wait(request, "summing the clients' updates");
  });
}

void MpiCommunicator::allreduce_max(std::span<double> values) {
  in_parts(values, [&](std::span<double> part) {
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(
        MPI_Iallreduce(MPI_IN_PLACE, part.data(), count_of(part.size()), MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD, &request),
        "agreeing on a maximum");
    wait(request, "agreeing on a maximum");
  });
}

std::vector<std::vector<std::byte>> MpiCommunicator::allgather_bytes(std::span<const std::byte> mine) {
  // A sequence of broadcasts has no limit on the total, unlike the int offsets of MPI_Allgatherv.
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(size_), 0);
  sizes[static_cast<std::size_t>(rank_)] = std::ssize(mine);
  allreduce_sum(sizes);
  std::vector<std::vector<std::byte>> all;
  for (int root = 0; root < size_; ++root) {
    auto& part = all.emplace_back(static_cast<std::size_t>(sizes[static_cast<std::size_t>(root)]));
    if (root == rank_) std::ranges::copy(mine, part.begin());
    broadcast(part, root);
  }
  return all;
}

void MpiCommunicator::broadcast(std::span<std::byte> bytes, int root) {
  in_parts(bytes, [&](std::span<std::byte> part) {
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Ibcast(part.data(), count_of(part.size()), MPI_BYTE, root, MPI_COMM_WORLD, &request),
              "sending from one rank to all");
    wait(request, "sending from one rank to all");
  });
}

void MpiCommunicator::barrier() {
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &request), "meeting all ranks");
  wait(request, "meeting all ranks");
}

}  // namespace fedfr::comm
