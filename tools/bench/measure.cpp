#include "measure.hpp"

#include <algorithm>
#include <cstring>

#include "fedfr/core/clock.hpp"

namespace fedfr::bench {

std::vector<Timing> measure_in_turn(int runs, const std::vector<std::function<void()>>& work) {
  std::vector<std::vector<double>> seconds(work.size());
  // Run -1 warms up: caches, threads, memory that LibTorch keeps.
  for (int run = -1; run < runs; ++run) {
    for (std::size_t i = 0; i < work.size(); ++i) {
      const Stopwatch watch;
      work[i]();
      if (run >= 0) seconds[i].push_back(watch.seconds());
    }
  }
  std::vector<Timing> timings;
  timings.reserve(seconds.size());
  for (auto& each : seconds) timings.push_back(timing_of(std::move(each)));
  return timings;
}

Timing timing_of(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  return {.median = seconds[seconds.size() / 2], .fastest = seconds.front(), .slowest = seconds.back()};
}

double memory_rate() {
  constexpr std::size_t bytes = std::size_t{256} << 20;
  constexpr int runs = 5;
  std::vector<char> from(bytes, 1);
  std::vector<char> to(bytes, 2);
  const auto timings = measure_in_turn(runs, {[&] { std::memcpy(to.data(), from.data(), bytes); }});
  return 2.0 * static_cast<double>(bytes) / timings[0].median;
}

}  // namespace fedfr::bench
