#include "fedfr/comm/watchdog.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "fedfr/comm/topology.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/parallel.hpp"
#include "fedfr/core/standard_streams.hpp"

// How it works, in the order in which one needs to know it.
//
// Threads. Each rank has a main thread, which computes and communicates, and this watchdog's thread, which
// only looks and speaks. They share what core/activity.hpp records (what the main thread does, how often it
// said that it gets on, whether it waits for other ranks) and nothing else: `peers_` and all counters belong
// to the watchdog's thread from its start to its join; `turns_since_it_left` alone is read by the main thread
// too, and atomic for that.
//
// Turns. The watchdog's thread wakes every 0.1 s; that is a turn, in watch(): look at the own main thread,
// take what the others sent, judge, send. All times are counts of such turns, never differences of a clock. A
// process that was stopped (SIGSTOP, a suspended job, a swapped host) has no turns meanwhile: it can not
// count its own absence as the silence of the others. When it comes back it takes a while to hear them before
// it judges again.
//
// Two kinds of complaint. (1) Of itself: the main thread neither waits for others nor has got on for the
// deadline: it hangs. The rank says so about itself, since only it can tell computing from hanging. (2) Of
// others: no heartbeat for the deadline (process stopped, host or network gone), or, on the same host, the
// process no longer exists, which shows at once. A main thread that waits in a collective owes no sign of
// life: it is the one waited for that is late.
//
// Who speaks. One fault is seen by many ranks at nearly the same turn, but the user shall read one message. A
// rank that has a complaint says so in its heartbeats ("accuses"), waits two turns for the others to do the
// same, and leaves the word to the lowest rank that accuses; higher ranks take over only if that one has not
// ended the job after five seconds. A rank that has accused and then is gone has ended the job and not died:
// that is no new complaint.
//
// Order of MPI calls. The communicator is a duplicate of its own, so that heartbeats never match the main
// thread's messages. Collective are only the constructor (duplicate, allgather) and nothing after it:
// heartbeats are single sends and receives that are tested for, never waited for, since the other side may be
// dead. That is why a send whose predecessor was not taken is left out, why the last buffers may have to
// outlive this object (release_buffers), and why the communicator is not freed, which would be collective.
// MPI_Finalize is, and cannot be watched by MPI itself: an alarm of the operating system ends a process that
// has waited there for the deadline.
namespace fedfr::comm {

namespace {

constexpr double kLeastDeadline = 600;  // seconds, of an automatic one
constexpr double kTimesLongest = 20;    // of the longest silence after which a rank went on
constexpr int kTag = 2;                 // the only one of this communicator
// Each rank writes to all: with many, less often, so that it costs a rank no more than some hundred messages
// a second.
constexpr double kTurnSeconds = 0.1;
constexpr int kRanksAtFullPace = 32;
// A launcher that ends a job kills what still runs about a second after it has asked.
constexpr int kSilentTurnsAtTheEnd = 4;
constexpr int kTurnsToHearOthers = 2;    // until the accusations of other ranks have come
constexpr int kTurnsForALowerRank = 50;  // that it has to end the job
constexpr int kTurnsAfterLeaving = 50;   // what it sent before may still be on its way
// A process that was stopped, as launchers also wake before they end it, has to hear the others again first.
constexpr double kAwayTurns = 10;
constexpr int kTurnsAfterAbsence = 50;
constexpr unsigned kSecondsForAnAbort = 10;  // MPI_Abort itself may hang

struct Introduction {
  std::int64_t process = 0;
  std::int64_t process_space = 0;  // where the number of the process means something: a PID namespace
  std::array<char, 64> host{};
};

std::int64_t process_space() {
  struct stat space {};
  return stat("/proc/self/ns/pid", &space) == 0 ? static_cast<std::int64_t>(space.st_ino) : 0;
}

/// For SIGALRM, so it may only do what a signal handler may.
void give_up_the_end(int /*signal*/) {
  constexpr std::string_view text =
      "fedfr: another rank has not come to the end of the job within the deadline; what this rank had to "
      "save is "
      "saved\n";
  [[maybe_unused]] const auto ignored = write(STDERR_FILENO, text.data(), text.size());
  _exit(static_cast<int>(ExitCode::peer));
}

bool exists(std::int64_t process) { return kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH; }

}  // namespace

// Collective, by introduce(). The thread starts last: it uses everything else.
Watchdog::Watchdog(const MpiSession& session, Options options)
    : rank_(session.rank()),
      size_(session.size()),
      options_(std::move(options)),
      turn_seconds_(kTurnSeconds * std::max(1, size_ / kRanksAtFullPace)),
      peers_(static_cast<std::size_t>(size_)) {
  introduce();
  thread_ = start_thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  thread_.join();
  release_buffers();
  if (size_ > 1) {  // MPI_Finalize waits for all ranks, and nobody watches over it any more
    std::signal(SIGALRM, give_up_the_end);
    alarm(static_cast<unsigned>(std::ceil(deadline_seconds())));
  }
  // The communicator stays until MPI_Finalize: slower ranks still write into it.
}

/// Takes back from MPI what it may still write to or read from. A heartbeat that comes later, while
/// MPI_Finalize waits for slower ranks, would else be written into memory that has another use by then.
void Watchdog::release_buffers() {
  bool all_taken = true;
  for (Peer& peer : peers_) {
    if (peer.receive != MPI_REQUEST_NULL) {
      MPI_Cancel(&peer.receive);
      MPI_Wait(&peer.receive, MPI_STATUS_IGNORE);
    }
    int taken = 0;
    MPI_Test(&peer.send, &taken, MPI_STATUS_IGNORE);
    all_taken = all_taken && taken != 0;
  }
  // A rank that has not come to take the last heartbeat: its buffer stays to the end of the process.
  if (!all_taken) [[maybe_unused]]
    auto* kept = new std::vector<Peer>(std::move(peers_));
}

/// Who is who, and whose process this rank can ask the kernel about: one of the same host, unless containers
/// hide it.
void Watchdog::introduce() {
  Introduction mine{.process = getpid(), .process_space = process_space()};
  const std::string host = hostname();
  std::copy_n(host.begin(), std::min(host.size(), mine.host.size() - 1), mine.host.begin());
  std::vector<Introduction> all(peers_.size());
  if (size_ == 1) {
    all[0] = mine;
  } else {
    check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &comm_), "creating a communicator");
    check_mpi(MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all.data(), sizeof mine, MPI_BYTE, comm_),
              "introducing the ranks");
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    peers_[i].host = all[i].host.data();
    const bool visible = peers_[i].host == host && all[i].process_space == mine.process_space;
    if (visible && exists(all[i].process)) peers_[i].process = all[i].process;
  }
}

/// The thread. The lock is only for `stop_`; it is given back for the turn, so that the destructor can set
/// it.
void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  const auto turn = std::chrono::duration<double>(turn_seconds_);
  Stopwatch since_turn;
  while (!stop_changed_.wait_for(lock, turn, [this] { return stop_; })) {
    lock.unlock();
    if (since_turn.seconds() > kAwayTurns * turn_seconds_) turns_of_silence_ = kTurnsAfterAbsence;
    since_turn.restart();
    look_at_main_thread();
    receive_heartbeats();
    // Judge after hearing and before speaking, so that what is sent is of this turn.
    const auto found = turns_of_silence_ > 0 ? std::nullopt : complaint();
    turns_of_silence_ = std::max(0, turns_of_silence_ - 1);
    complaint_turns_ = found ? complaint_turns_ + 1 : 0;
    send_heartbeats(/*leaves=*/false);
    if (found && (found->ends_job || !has_told_) &&
        complaint_turns_ > (lower_rank_accuses() ? kTurnsForALowerRank : kTurnsToHearOthers))
      speak(*found);
    lock.lock();
  }
  send_heartbeats(/*leaves=*/true);
}

/// A peer that does not take its last heartbeat gets no further one, so that nothing piles up.
void Watchdog::send_heartbeats(bool leaves) {
  Heartbeat now{.activity = current_activity(), .leaves = leaves ? 1 : 0, .accuses = complaint_turns_ > 0};
  for (int rank = 0; rank < size_; ++rank) {
    if (rank == rank_) continue;
    Peer& peer = peers_[static_cast<std::size_t>(rank)];
    int taken = 0;
    MPI_Test(&peer.send, &taken, MPI_STATUS_IGNORE);
    if (taken == 0) continue;
    peer.sent = now;
    MPI_Isend(&peer.sent, sizeof peer.sent, MPI_BYTE, rank, kTag, comm_, &peer.send);
  }
}

/// Takes all that has come, however many, so that after an absence the newest counts.
void Watchdog::receive_heartbeats() {
  for (int rank = 0; rank < size_; ++rank) {
    if (rank == rank_) continue;
    Peer& peer = peers_[static_cast<std::size_t>(rank)];
    ++peer.silent_turns;
    if (peer.turns_since_it_left > 0) ++peer.turns_since_it_left;
    for (int came = 1; came != 0;) {
      if (peer.receive == MPI_REQUEST_NULL)
        MPI_Irecv(&peer.received, sizeof peer.received, MPI_BYTE, rank, kTag, comm_, &peer.receive);
      MPI_Test(&peer.receive, &came, MPI_STATUS_IGNORE);
      if (came == 0) break;
      peer.last = peer.received;
      peer.silent_turns = 0;
      if (peer.last.leaves != 0 && peer.turns_since_it_left == 0) peer.turns_since_it_left = 1;
    }
  }
}

/// Counts the turns without a sign of life. The longest such time after which the main thread did get on is
/// what the automatic deadline is a multiple of: a machine or a network that is slow gets more time by
/// itself.
void Watchdog::look_at_main_thread() {
  const std::uint64_t signs = signs_of_life();
  if (signs == seen_signs_ && !is_waiting()) {
    ++still_turns_;
    return;
  }
  if (!is_waiting()) longest_still_ = std::max(longest_still_, seconds(still_turns_));
  seen_signs_ = signs;
  still_turns_ = 0;
}

double Watchdog::deadline_seconds() const {
  if (options_.deadline_seconds > 0) return options_.deadline_seconds;
  return std::max(kLeastDeadline, kTimesLongest * longest_still_);
}

std::string Watchdog::rank_name(int rank) const {
  return fmt::format("rank {} ({})", rank, peers_[static_cast<std::size_t>(rank)].host);
}

std::optional<Watchdog::Complaint> Watchdog::complaint() const {
  for (int rank = 0; rank < size_; ++rank) {
    if (rank == rank_) continue;
    if (auto found = complaint_about(rank, peers_[static_cast<std::size_t>(rank)])) return found;
  }
  if (seconds(still_turns_) <= deadline_seconds()) return std::nullopt;
  return Complaint{.text = fmt::format("{} hangs: it has not got on for {:.0f} s while {}", rank_name(rank_),
                                       seconds(still_turns_), describe(current_activity()))};
}

std::optional<Watchdog::Complaint> Watchdog::complaint_about(int rank, const Peer& peer) const {
  if (peer.turns_since_it_left > 0) return std::nullopt;
  const std::string activity = describe(peer.last.activity);
  const bool ended_the_job = peer.last.accuses != 0;
  if (peer.process != 0 && !exists(peer.process) && !ended_the_job)
    return Complaint{.text = fmt::format("{} has died while {}", rank_name(rank), activity)};
  const double silence = seconds(peer.silent_turns);
  if (silence > deadline_seconds())
    return Complaint{.text =
                         fmt::format("{} stands still: its process, or the network to it, has given no sign "
                                     "of life for {:.0f} s; it was {}",
                                     rank_name(rank), silence, activity)};
  if (peer.silent_turns > kSilentTurnsAtTheEnd && !ended_the_job && options_.job_is_ending &&
      options_.job_is_ending())
    return Complaint{.text = fmt::format("{} has probably died: silent for {:.1f} s after {}",
                                         rank_name(rank), silence, activity),
                     .ends_job = false};
  return std::nullopt;
}

bool Watchdog::lower_rank_accuses() const {
  return std::any_of(peers_.begin(), peers_.begin() + rank_, [](const Peer& peer) {
    return peer.turns_since_it_left == 0 && peer.last.accuses != 0;
  });
}

/// The end of the job on every rank, but for a complaint that only explains an end which the launcher has
/// begun.
void Watchdog::speak(const Complaint& complaint) {
  has_told_ = true;
  complain(fmt::format("fedfr: {}. The same command goes on from the last checkpoint", complaint.text));
  if (!complaint.ends_job) return;
  alarm(kSecondsForAnAbort);  // ends this process also where the abort hangs
  MpiSession::abort(static_cast<int>(ExitCode::peer));
}

bool Watchdog::somebody_left() const {
  return std::ranges::any_of(peers_,
                             [](const Peer& peer) { return peer.turns_since_it_left > kTurnsAfterLeaving; });
}

}  // namespace fedfr::comm
