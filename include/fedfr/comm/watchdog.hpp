#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fedfr/comm/mpi_session.hpp"
#include "fedfr/core/activity.hpp"

namespace fedfr::comm {

/// Ends the job, on every rank and with one message, when a rank hangs, stands still or is gone. A thread of
/// each rank looks whether its own main thread gets on (core/activity.hpp), and tells all other ranks several
/// times a second, by MPI, that it lives and what it does; so the others can say what a rank was doing that
/// cannot speak any more. No file takes part: a file system that hangs is one of the faults.
///
/// A rank that is slow but alive is waited for: the deadline counts from a rank's last sign of life, and a
/// main thread that waits for others owes none. Time is counted in turns of the thread itself, so that a
/// process that was stopped does not accuse the others of its own absence.
class Watchdog {
 public:
  struct Options {
    double deadline_seconds = 0;          ///< without a sign of life; 0: 600, or 20 times the longest so far
    std::function<bool()> job_is_ending;  ///< whether the launcher has begun to end the job; any thread asks
  };

  /// Collective.
  Watchdog(const MpiSession& session, Options options);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  /// Tells the others that this rank leaves in order. What is left to do is MPI_Finalize, for which the
  /// process has as long as the deadline.
  ~Watchdog();

  /// Whether any rank has left some seconds ago: who still waits for it does so in vain.
  bool somebody_left() const;

 private:
  /// What a rank tells each other one in every turn, sent as the bytes that it is.
  struct Heartbeat {
    Activity activity;
    std::int32_t leaves = 0;
    std::int32_t accuses = 0;  ///< is about to end the job
  };
  /// What this rank knows of another. `sent` and `received` belong to MPI while their requests are at work;
  /// `last` is the newest that has come whole.
  struct Peer {
    std::string host;
    std::int64_t process = 0;  ///< its id; 0 where this rank cannot see the process
    Heartbeat sent, received, last;
    MPI_Request send = MPI_REQUEST_NULL;
    MPI_Request receive = MPI_REQUEST_NULL;
    int silent_turns = 0;
    std::atomic<int> turns_since_it_left{0};  ///< 0: it is here
  };
  /// A fault and whether it ends the job, or only explains an end that the launcher has begun.
  struct Complaint {
    std::string text;
    bool ends_job = true;
  };

  void introduce();
  void watch();
  void send_heartbeats(bool leaves);
  void receive_heartbeats();
  void release_buffers();
  void look_at_main_thread();
  std::optional<Complaint> complaint() const;
  std::optional<Complaint> complaint_about(int rank, const Peer& peer) const;
  bool lower_rank_accuses() const;
  void speak(const Complaint& complaint);
  double seconds(int turns) const { return turns * turn_seconds_; }
  double deadline_seconds() const;
  std::string rank_name(int rank) const;

  int rank_;
  int size_;
  Options options_;
  double turn_seconds_;
  MPI_Comm comm_ = MPI_COMM_NULL;
  std::vector<Peer> peers_;  // by rank, this one too
  std::uint64_t seen_signs_ = 0;
  int still_turns_ = 0;       // of the own main thread
  double longest_still_ = 0;  // seconds after which it got on
  int complaint_turns_ = 0;   // since there is one
  int turns_of_silence_ = 0;  // left, in which this rank may be wrong about the others
  bool has_told_ = false;

  std::mutex mutex_;
  std::condition_variable stop_changed_;
  bool stop_ = false;
  std::jthread thread_;
};

}  // namespace fedfr::comm
