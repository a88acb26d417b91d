#pragma once
#include <algorithm>
#include <chrono>
#include <thread>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/clock.hpp"

namespace fedfr::comm {

/// How to wait: `eager` gives the core away only to whoever is ready to run, for data on its way; `patient`
/// also sleeps for up to a millisecond at a time, for peers that may compute for minutes and need the cores
/// for it.
enum class Pace { eager, patient };

/// Calls `done` until it returns true; a WaitScope meanwhile.
/// @returns false if the deadline came first
template <class Done>
bool poll(double deadline_seconds, Pace pace, Done&& done) {
  using namespace std::chrono_literals;
  const WaitScope waiting;
  const Stopwatch watch;
  std::chrono::microseconds nap = 1us;
  for (int tries = 0; !done(); ++tries) {
    if (watch.seconds() > deadline_seconds) return false;
    if (pace == Pace::eager || tries < 100) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(nap);
      nap = std::min(2 * nap, 1000us);
    }
  }
  return true;
}

}  // namespace fedfr::comm
