// The standard library has the generator, but no words of Python's on how its numbers become integers: how a
// seed fills the state, how many bits a draw takes, and what shuffle and sample draw in which order.
#include "fedfr/core/python_random.hpp"

#include <bit>
#include <cmath>
#include <numeric>
#include <sstream>
#include <string>
#include <unordered_set>

namespace fedfr {

namespace {

constexpr std::uint32_t words = 624;

/// The state that init_by_array([seed]) leaves (Matsumoto, Nishimura, 2002).
std::vector<std::uint32_t> init_by_array(std::uint32_t seed) {
  std::vector<std::uint32_t> state(words);
  state[0] = 19650218U;
  for (std::uint32_t i = 1; i < words; ++i)
    state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
  std::uint32_t i = 1;
  const auto wrap = [&] {
    if (++i >= words) {
      state[0] = state[words - 1];
      i = 1;
    }
  };
  for (std::uint32_t k = 0; k < words; ++k) {
    state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1664525U)) + seed;
    wrap();
  }
  for (std::uint32_t k = 1; k < words; ++k) {
    state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1566083941U)) - i;
    wrap();
  }
  state[0] = 0x80000000U;
  return state;
}

}  // namespace

PythonRandom::PythonRandom(std::uint32_t seed) {
  // The textual form of an engine is the only way in that the standard offers: 624 words, then (in libstdc++)
  // the position, here "all used".
  std::ostringstream text;
  for (const auto word : init_by_array(seed)) text << word << ' ';
  text << words;
  std::istringstream(text.str()) >> engine_;
}

std::uint64_t PythonRandom::below(std::uint64_t bound) {
  const auto width = static_cast<int>(std::bit_width(bound));
  for (;;) {
    // getrandbits(width) of MT19937: the upper bits of one word; draws beyond the bound are made again.
    const std::uint32_t draw = bits32() >> (32 - width);
    if (draw < bound) return draw;
  }
}

std::vector<std::int64_t> PythonRandom::sample(std::int64_t population, std::int64_t count) {
  std::vector<std::int64_t> chosen;
  // As CPython chooses between a list and a set, since each draws otherwise: `setsize` is its estimate of
  // which takes less memory.
  double set_size = 21;
  if (count > 5)
    set_size += std::pow(4.0, std::ceil(std::log(3.0 * static_cast<double>(count)) / std::log(4.0)));
  if (static_cast<double>(population) <= set_size) {
    std::vector<std::int64_t> pool(static_cast<std::size_t>(population));
    std::iota(pool.begin(), pool.end(), 0);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto j = static_cast<std::size_t>(below(static_cast<std::uint64_t>(population - i)));
      chosen.push_back(pool[j]);
      pool[j] = pool[static_cast<std::size_t>(population - i - 1)];
    }
    return chosen;
  }
  std::unordered_set<std::int64_t> seen;
  while (std::ssize(chosen) < count) {
    const auto draw = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(population)));
    if (seen.insert(draw).second) chosen.push_back(draw);
  }
  return chosen;
}

}  // namespace fedfr
