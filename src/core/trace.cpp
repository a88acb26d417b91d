// Made so that a span costs next to nothing and never waits for another thread: each one sums into a record
// of its own, which it alone uses until the trace ends and all are put together.
#include "fedfr/core/trace.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include "fedfr/core/activity.hpp"

namespace fedfr {

namespace detail {

std::atomic<bool> tracing{false};

namespace {

constexpr std::int64_t phases_that_share = 16;

template <class Clock>
std::int64_t nanoseconds_of() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}
std::int64_t now() { return nanoseconds_of<std::chrono::steady_clock>(); }

/// What all threads share: when the trace began, by both clocks, and how much room there is for events.
struct Shared {
  std::atomic<std::int64_t> begin{0};
  std::atomic<std::int64_t> wall_begin{0};
  std::atomic<std::int64_t> most{0};
  std::atomic<std::int64_t> kept{0};
  std::atomic<std::int64_t> cut{0};
};
Shared shared;

}  // namespace

/// What one thread records. Its mutex is only ever contended by the end of the trace.
class ThreadTrace {
 public:
  explicit ThreadTrace(std::string name) { thread_.name = std::move(name); }

  const std::string& name() const { return thread_.name; }
  void rename(const char* name) {
    const std::lock_guard lock(mutex_);
    thread_.name = name;
  }
  void take_steps() { takes_steps_ = true; }

  // The clock is read last here and first in end(): what recording costs lies outside the span itself (and in
  // that around it).
  void begin(const char* name) {
    const Activity activity = current_activity();
    const std::lock_guard lock(mutex_);
    TracedEvent event{.phase = phase_below(open_.empty() ? -1 : open_.back().phase, name)};
    event.round = activity.round;
    event.client = activity.client;
    event.step = takes_steps_ ? activity.step : 0;
    event.begin = now();
    open_.push_back(event);
  }

  /// A span that began in an earlier trace finds nothing open.
  void end() {
    const std::int64_t at = now();
    const std::lock_guard lock(mutex_);
    if (open_.empty()) return;
    TracedEvent event = open_.back();
    open_.pop_back();
    event.nanoseconds = at - event.begin;
    event.begin -= shared.begin.load(std::memory_order_relaxed);
    TracedPhase& phase = thread_.phases[static_cast<std::size_t>(event.phase)];
    ++phase.count;
    phase.nanoseconds += event.nanoseconds;
    keep(event, phase.count);
  }

  TracedThread take() {
    const std::lock_guard lock(mutex_);
    open_.clear();
    takes_steps_ = false;
    TracedThread taken{thread_.name, {}, {}};
    std::swap(taken.phases, thread_.phases);
    std::swap(taken.events, thread_.events);
    return taken;
  }

 private:
  int phase_below(int parent, const char* name) {
    auto& phases = thread_.phases;
    const auto known = std::ranges::find_if(phases, [&](const TracedPhase& phase) {
      return phase.parent == parent && (phase.name == name || std::strcmp(phase.name, name) == 0);
    });
    if (known == phases.end()) {
      phases.push_back({.name = name, .parent = parent});
      return static_cast<int>(std::ssize(phases)) - 1;
    }
    return static_cast<int>(known - phases.begin());
  }

  void keep(const TracedEvent& event, std::int64_t events_of_phase) {
    const std::int64_t most = shared.most.load(std::memory_order_relaxed);
    if (events_of_phase <= std::max<std::int64_t>(most / phases_that_share, 1) &&
        shared.kept.fetch_add(1, std::memory_order_relaxed) < most)
      thread_.events.push_back(event);
    else
      shared.cut.fetch_add(1, std::memory_order_relaxed);
  }

  std::mutex mutex_;
  TracedThread thread_;
  std::vector<TracedEvent> open_;  // from the outermost to the innermost
  bool takes_steps_ = false;
};

namespace {

/// The threads that have recorded anything, and those of them whose thread has ended.
struct Threads {
  std::mutex mutex;
  std::vector<std::unique_ptr<ThreadTrace>> all;
  std::vector<ThreadTrace*> ended;
};

Threads& threads() {
  static Threads the_threads;
  return the_threads;
}

/// Gives what a thread records back when it ends, so that the next one of its name can go on with it.
class Lease {
 public:
  Lease() = default;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (thread_ == nullptr) return;
    const std::lock_guard lock(threads().mutex);
    threads().ended.push_back(thread_);
  }

  ThreadTrace* thread(const char* name_if_new = "thread") {
    if (thread_ != nullptr) return thread_;
    const std::lock_guard lock(threads().mutex);
    auto& ended = threads().ended;
    const auto old = std::ranges::find(ended, name_if_new, &ThreadTrace::name);
    if (old != ended.end()) {
      thread_ = *old;
      ended.erase(old);
    } else {
      thread_ = threads().all.emplace_back(std::make_unique<ThreadTrace>(name_if_new)).get();
    }
    return thread_;
  }

 private:
  ThreadTrace* thread_ = nullptr;
};

// Ends with its thread, for the main thread before the static list of threads, as the standard has it
// (basic.start.term).
thread_local Lease lease;

}  // namespace
}  // namespace detail

void start_trace(std::int64_t most_events) {
  stop_trace();
  detail::shared.begin = detail::now();
  detail::shared.wall_begin = detail::nanoseconds_of<std::chrono::system_clock>();
  detail::shared.most = most_events;
  detail::shared.kept = 0;
  detail::shared.cut = 0;
  detail::lease.thread()->take_steps();
  detail::tracing = true;
}

Trace stop_trace() {
  detail::tracing = false;
  Trace trace;
  trace.wall_start = detail::shared.wall_begin;
  trace.cut = detail::shared.cut;
  // This lock before those of the threads; nobody takes them the other way round.
  const std::lock_guard lock(detail::threads().mutex);
  for (const auto& thread : detail::threads().all) {
    TracedThread taken = thread->take();
    if (!taken.phases.empty()) trace.threads.push_back(std::move(taken));
  }
  return trace;
}

void name_traced_thread(const char* name) {
  if (detail::tracing.load(std::memory_order_relaxed)) detail::lease.thread(name)->rename(name);
}

void Span::begin(const char* name) {
  thread_ = detail::lease.thread();
  thread_->begin(name);
}

void Span::end() { thread_->end(); }

}  // namespace fedfr
