#pragma once
#include <chrono>

namespace fedfr {

/// Seconds since construction or the last restart, from the monotonic clock.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  void restart() { start_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// Seconds since the Unix epoch, 1970-01-01 00:00 UTC. To compare with other machines and programs; it jumps
/// where somebody sets the clock.
inline double seconds_since_epoch() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Adds the time of a scope to a sum of seconds.
class ScopedTimer {
 public:
  explicit ScopedTimer(double& sum) : sum_(sum) {}
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;
  ~ScopedTimer() { sum_ += watch_.seconds(); }

 private:
  double& sum_;
  Stopwatch watch_;
};

}  // namespace fedfr
