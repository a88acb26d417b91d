#include "fedfr/comm/mpi_communicator.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "chunks.hpp"
#include "deadline.hpp"
#include "fedfr/comm/topology.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/trace.hpp"

// Every collective is begun in three steps: tell the others which operation this rank has come to and wait
// for theirs (arrive; here a late or missing rank shows, and the wait is patient), compare, then move the
// data by a nonblocking call that is polled against the deadline. So no wait is inside MPI, where nothing
// could end it.
namespace fedfr::comm {

namespace {

constexpr double kLaterThanTheWatchdog = 10;  // seconds: it knows better who is to blame

}  // namespace

std::string MpiCommunicator::library() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  check_mpi(MPI_Get_library_version(text.data(), &length), "asking for MPI's version");
  return text.substr(0,
                     std::min(text.find(','), static_cast<std::size_t>(length)));  // drop packager and date
}

std::string_view MpiCommunicator::name(Operation operation) {
  constexpr std::array<std::string_view, 6> kNames{"allreduce_sum", "allreduce_max", "allgather_bytes",
                                                   "broadcast",     "barrier",       "part"};
  return kNames.at(static_cast<std::size_t>(operation));
}

MpiCommunicator::MpiCommunicator(const MpiSession& session, double deadline_seconds, std::string why,
                                 const Watchdog* watchdog)
    : rank_(session.rank()),
      size_(session.size()),
      deadline_seconds_(deadline_seconds + (watchdog != nullptr ? kLaterThanTheWatchdog : 0)),
      why_(std::move(why)),
      watchdog_(watchdog) {
  check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &comm_), "creating a communicator");
  meet(rank_);
}

MpiCommunicator::MpiCommunicator(MPI_Comm part, const MpiCommunicator& whole)
    : comm_(part),
      rank_(0),
      size_(0),
      deadline_seconds_(whole.deadline_seconds_),
      why_(whole.why_),
      watchdog_(whole.watchdog_) {
  check_mpi(MPI_Comm_rank(comm_, &rank_), "asking for the rank");
  check_mpi(MPI_Comm_size(comm_, &size_), "asking for the number of ranks");
  meet(whole.rank_);
}

/// Ranks are called by their number in the job, also in a part of it.
void MpiCommunicator::meet(int rank_of_job) {
  names_.resize(static_cast<std::size_t>(size_), "?");
  const std::string mine = fmt::format("rank {} ({})", rank_of_job, hostname());
  const auto all = allgather_bytes(std::as_bytes(std::span(mine)));
  for (std::size_t i = 0; i < all.size(); ++i)
    names_[i].assign(reinterpret_cast<const char*>(all[i].data()), all[i].size());
}

std::unique_ptr<Communicator> MpiCommunicator::part(int number) {
  arrive(Operation::part, -1);
  MPI_Comm part = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(comm_, number, rank_, &part), name(Operation::part));
  return std::unique_ptr<Communicator>(new MpiCommunicator(part, *this));
}

MpiCommunicator::~MpiCommunicator() {
  if (comm_ != MPI_COMM_NULL) MPI_Comm_free(&comm_);
}

std::string MpiCommunicator::description() const { return fmt::format("{}: {}", library(), why_); }

std::string MpiCommunicator::rank_name(int rank) const { return names_[static_cast<std::size_t>(rank)]; }

void MpiCommunicator::arrive(Operation operation, std::int64_t length) {
  const Span span("waiting for other ranks");
  constexpr int kTag = 1;
  mine_ = {operation, length};
  std::vector<Arrival> arrivals(static_cast<std::size_t>(size_), mine_);
  std::vector<MPI_Request> sends, receives;
  // Both are begun for all peers before any is waited for, so that no order of ranks can lock. An arrival of
  // the next operation cannot overtake: messages of one sender, tag and communicator stay in order.
  for (int peer = 0; peer < size_; ++peer) {
    if (peer == rank_) continue;
    auto& arrival = arrivals[static_cast<std::size_t>(peer)];
    check_mpi(MPI_Irecv(&arrival, sizeof arrival, MPI_BYTE, peer, kTag, comm_, &receives.emplace_back()),
              "listening to the other ranks");
    check_mpi(MPI_Isend(&mine_, sizeof mine_, MPI_BYTE, peer, kTag, comm_, &sends.emplace_back()),
              "telling the other ranks of an operation");
  }
  int all_here = 0;
  const auto over = [&, count = static_cast<int>(receives.size())] {
    check_mpi(MPI_Testall(count, receives.data(), &all_here, MPI_STATUSES_IGNORE),
              "waiting for the other ranks");
    return all_here != 0 || (watchdog_ != nullptr && watchdog_->somebody_left());
  };
  poll(watchdog_ != nullptr ? std::numeric_limits<double>::infinity() : deadline_seconds_, Pace::patient,
       over);
  if (all_here == 0) {
    // Not waited for: a rank that is gone takes none. They read `mine_`, a member for that reason.
    for (MPI_Request& send : sends) MPI_Request_free(&send);
    give_up(receives);
  }
  check_mpi(MPI_Waitall(static_cast<int>(sends.size()), sends.data(), MPI_STATUSES_IGNORE),
            "telling the other ranks of an operation");
  compare(arrivals);
}

void MpiCommunicator::give_up(std::vector<MPI_Request>& receives) const {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < receives.size(); ++i) {
    int done = 0;
    MPI_Test(&receives[i], &done, MPI_STATUS_IGNORE);
    if (done != 0) continue;
    missing.push_back(rank_name(static_cast<int>(i) < rank_ ? static_cast<int>(i) : static_cast<int>(i) + 1));
    MPI_Cancel(&receives[i]);
    MPI_Wait(&receives[i], MPI_STATUS_IGNORE);
  }
  if (watchdog_ != nullptr)
    throw PeerError("{} waits in {} for {}, but a rank has left the job", rank_name(rank_),
                    name(mine_.operation), fmt::join(missing, ", "));
  throw PeerError("{} waited {:g} s in {} for {}: hung, dead, or slower than the deadline allows",
                  rank_name(rank_), deadline_seconds_, name(mine_.operation), fmt::join(missing, ", "));
}

void MpiCommunicator::compare(const std::vector<Arrival>& arrivals) const {
  for (std::size_t i = 0; i < arrivals.size(); ++i)
    if (arrivals[i] != mine_)
      throw PeerError("the ranks have parted: {} is in {} of length {}, but {} in {} of length {}",
                      rank_name(rank_), name(mine_.operation), mine_.length, rank_name(static_cast<int>(i)),
                      name(arrivals[i].operation), arrivals[i].length);
}

void MpiCommunicator::finish(MPI_Request request, Operation operation) const {
  const auto complete = [&request, operation] {
    int done = 0;
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), name(operation));
    return done != 0;
  };
  if (!poll(deadline_seconds_, Pace::eager, complete))
    throw PeerError("{} was stuck for {:g} s in {}, although every rank had come: one has hung since",
                    rank_name(rank_), deadline_seconds_, name(operation));
}

void MpiCommunicator::allreduce_sum(std::span<std::int64_t> values) {
  await_all_for_sum(values);
  in_chunks(values, [this](std::span<std::int64_t> piece) {
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Iallreduce(MPI_IN_PLACE, piece.data(), static_cast<int>(piece.size()), MPI_INT64_T, MPI_SUM,
                             comm_, &request),
              name(Operation::sum));
    finish(request, Operation::sum);
  });
}

void MpiCommunicator::allreduce_max(std::span<double> values) {
  arrive(Operation::max, std::ssize(values));
  in_chunks(values, [this](std::span<double> piece) {
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Iallreduce(MPI_IN_PLACE, piece.data(), static_cast<int>(piece.size()), MPI_DOUBLE, MPI_MAX,
                             comm_, &request),
              name(Operation::max));
    finish(request, Operation::max);
  });
}

std::vector<std::vector<std::byte>> MpiCommunicator::allgather_bytes(std::span<const std::byte> mine) {
  arrive(Operation::gather, -1);
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(size_));
  const std::int64_t length = std::ssize(mine);
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Iallgather(&length, 1, MPI_INT64_T, lengths.data(), 1, MPI_INT64_T, comm_, &request),
            name(Operation::gather));
  finish(request, Operation::gather);
  std::vector<std::vector<std::byte>> all(lengths.size());
  // One broadcast a rank instead of MPI_Iallgatherv: its counts and offsets are ints, and pieces are bounded
  // (chunks.hpp).
  for (int root = 0; root < size_; ++root) {
    auto& part = all[static_cast<std::size_t>(root)];
    if (root == rank_) part.assign(mine.begin(), mine.end());
    part.resize(static_cast<std::size_t>(lengths[static_cast<std::size_t>(root)]));
    send_bytes(part, root, Operation::gather);
  }
  return all;
}

void MpiCommunicator::broadcast(std::span<std::byte> bytes, int root) {
  arrive(Operation::broadcast, std::ssize(bytes));
  send_bytes(bytes, root, Operation::broadcast);
}

void MpiCommunicator::send_bytes(std::span<std::byte> bytes, int root, Operation operation) const {
  in_chunks(bytes, [&](std::span<std::byte> piece) {
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Ibcast(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, root, comm_, &request),
              name(operation));
    finish(request, operation);
  });
}

void MpiCommunicator::barrier() { arrive(Operation::barrier, 0); }

}  // namespace fedfr::comm
