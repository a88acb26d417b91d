#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fedfr {

/// What a stream of random numbers is for. Values are part of the results: append, never renumber.
enum class Purpose : std::uint64_t {
  initialise_backbone = 1,
  initialise_head = 2,
  batch_order = 3,
  flip = 4,
  cohort = 5,
  split = 6,
  pairs = 7,
  synth_identity = 8,
  synth_image = 9,
  strangers = 10,
  bootstrap = 11,
  augmentation = 12,
  class_sample = 13,
};

/// Names one stream. Equal keys give equal numbers on every rank, machine and run.
struct StreamKey {
  std::uint64_t seed = 0;
  Purpose purpose{};
  std::uint64_t round = 0;
  std::uint64_t client = 0;
  std::uint64_t epoch = 0;
};

/// The splitmix64 finaliser (Steele, Lea, Flood, OOPSLA 2014): a bijection that spreads every input bit.
std::uint64_t mix64(std::uint64_t z) noexcept;

/// xoshiro256** (Blackman, Vigna, TOMS 2021) seeded from a key, with distributions of its own, since those of
/// the standard library differ between implementations.
class RngStream {
 public:
  explicit RngStream(const StreamKey& key) noexcept;

  std::uint64_t next() noexcept;                      ///< 64 uniform bits
  std::uint64_t below(std::uint64_t bound) noexcept;  ///< uniform in [0, bound), without bias; bound > 0
  double uniform() noexcept;                          ///< uniform in [0, 1)
  double uniform(double low, double high) noexcept;   ///< uniform in [low, high)
  double normal() noexcept;                           ///< standard normal (Box-Muller, one value a call)
  double gamma(double shape) noexcept;                ///< scale 1, shape > 0 (Marsaglia, Tsang, TOMS 2000)
  bool coin() noexcept { return (next() >> 63) != 0; }

  /// Fisher-Yates from the last element down.
  template <class T>
  void shuffle(std::span<T> items) noexcept {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

/// `count` distinct numbers below `population`, ascending, in time and memory of `count` (Floyd's algorithm:
/// Bentley, Floyd, CACM 1987).
std::vector<std::int64_t> sample_distinct(RngStream& random, std::int64_t population, std::int64_t count);

}  // namespace fedfr
