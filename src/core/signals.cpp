// A handler may do next to nothing, so it writes down the number and the training loop looks there after each
// step.
#include "fedfr/core/signals.hpp"

#include <atomic>

namespace fedfr {

namespace {

// A handler can reach nothing but a global.
std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free, "the handler may not wait for a lock");

constexpr int signals[] = {SIGTERM, SIGUSR1, SIGINT, SIGHUP};

/// A scheduler's signals are always meant; those of a terminal reach also what was detached from it.
bool comes_from_a_terminal(int signal) { return signal == SIGINT || signal == SIGHUP; }

// Relaxed: the number itself is all that is passed on.
void note(int signal) { received.store(signal, std::memory_order_relaxed); }

}  // namespace

StopSignals::StopSignals() {
  received = 0;
  for (int i = 0; i < count; ++i) {
    struct sigaction action {};
    action.sa_handler = note;
    // Calls that wait, such as a read of a dataset, go on; a step ends before the note is looked at.
    action.sa_flags = SA_RESTART | (signals[i] == SIGINT ? static_cast<int>(SA_RESETHAND) : 0);
    sigaction(signals[i], nullptr, &before_[i]);
    if (comes_from_a_terminal(signals[i]) && before_[i].sa_handler == SIG_IGN) continue;
    sigaction(signals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (int i = 0; i < count; ++i) sigaction(signals[i], &before_[i], nullptr);
}

bool stop_requested() noexcept { return received.load(std::memory_order_relaxed) != 0; }

const char* stop_signal() noexcept {
  switch (received.load(std::memory_order_relaxed)) {
    case SIGTERM:
      return "SIGTERM";
    case SIGUSR1:
      return "SIGUSR1";
    case SIGINT:
      return "SIGINT";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "";
  }
}

}  // namespace fedfr
