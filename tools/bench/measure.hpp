#pragma once
#include <functional>
#include <vector>

namespace fedfr::bench {

/// Seconds of one piece of work, repeated.
struct Timing {
  double median = 0;
  double fastest = 0;
  double slowest = 0;
};

/// Runs every piece of work once to warm up, and then `runs` times in turn, so that whatever slows the
/// machine down slows all of them down: their ratios are better known than their times.
/// @param runs  at least 1
std::vector<Timing> measure_in_turn(int runs, const std::vector<std::function<void()>>& work);

Timing timing_of(std::vector<double> seconds);  ///< @param seconds  at least one

/// Bytes moved a second (read and written both count) by copying a buffer far larger than the caches, on one
/// thread.
double memory_rate();

}  // namespace fedfr::bench
