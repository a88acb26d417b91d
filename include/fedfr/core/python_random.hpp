#pragma once
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace fedfr {

/// The integer draws of Python's `random` module, bit for bit, so that splits and cohorts of the released
/// method can be reproduced. Source: CPython Lib/random.py and Modules/_randommodule.c (init_by_array seeding
/// of MT19937).
class PythonRandom {
 public:
  explicit PythonRandom(std::uint32_t seed);

  std::uint32_t bits32() { return static_cast<std::uint32_t>(engine_()); }
  std::uint64_t below(std::uint64_t bound);  ///< random.randrange(bound), bound in [1, 2^32)

  /// random.shuffle
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  /// random.sample(range(population), count)
  std::vector<std::int64_t> sample(std::int64_t population, std::int64_t count);

 private:
  std::mt19937 engine_;
};

}  // namespace fedfr
