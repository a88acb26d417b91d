#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

/// Where the time of this process goes. Scopes say what they are (Span); while a trace is being recorded,
/// each thread sums their times by phase, where a phase is a name below other names, and keeps single events
/// for a picture of the run.
namespace fedfr {

/// A name in the place where it was used: "forward" of a training step and of an evaluation are two phases.
struct TracedPhase {
  const char* name = "";
  int parent = -1;  ///< index in the thread; -1: a span that lies in no other
  std::int64_t count = 0;
  std::int64_t nanoseconds = 0;  ///< with what lies in it
};

struct TracedEvent {
  int phase = 0;                 ///< index in the thread
  std::int64_t begin = 0;        ///< nanoseconds since the trace was started
  std::int64_t nanoseconds = 0;  ///< duration
  std::int64_t round = 0;        ///< as in Activity: 0, -1 and 0 where there is none
  std::int64_t client = -1;
  std::int64_t step = 0;
};

/// Threads that lived one after the other under one name are one here.
struct TracedThread {
  std::string name;
  std::vector<TracedPhase> phases;  ///< parents before their children
  std::deque<TracedEvent> events;   ///< in the order in which they ended
};

struct Trace {
  std::int64_t wall_start = 0;  ///< nanoseconds since 1970 when it was started
  std::int64_t cut = 0;         ///< events that were counted and summed but not kept
  std::vector<TracedThread> threads;
};

/// Begins a trace, of all threads. Rounds, clients and steps of its events are those of the record of the
/// activity (activity.hpp); steps only on the thread that calls this.
/// @param most_events  that are kept, 48 bytes each; sums have no limit. A single phase may have a sixteenth
/// of them, so that those of a step cannot use up the room of rounds and clients
void start_trace(std::int64_t most_events = 1'000'000);

/// Ends it. Spans that are still open are not in it.
Trace stop_trace();

/// What this thread is called in the trace that is being recorded; without one, does nothing.
void name_traced_thread(const char* name);

namespace detail {
extern std::atomic<bool> tracing;
class ThreadTrace;
}  // namespace detail

/// Measures the scope in which it lives: `const Span span("forward");`. Costs next to nothing while no trace
/// is recorded.
class Span {
 public:
  /// @param name  is kept as it is: a literal
  explicit Span(const char* name) {
    if (detail::tracing.load(std::memory_order_relaxed)) begin(name);
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() {
    if (thread_ != nullptr) end();
  }

 private:
  void begin(const char* name);
  void end();

  detail::ThreadTrace* thread_ = nullptr;
};

}  // namespace fedfr
