// A stream is named, not split off another one: what a client draws depends on no other client, so it is the
// same on any rank, in any order, and after a restart.
#include "fedfr/core/rng.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <unordered_set>

namespace fedfr {

namespace {
constexpr std::uint64_t golden = 0x9E3779B97F4A7C15ULL;  // 2^64 over the golden ratio, splitmix64's step
}

std::uint64_t mix64(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

RngStream::RngStream(const StreamKey& key) noexcept {
  std::uint64_t chain = mix64(key.seed + golden);
  for (const std::uint64_t part : {static_cast<std::uint64_t>(key.purpose), key.round, key.client, key.epoch})
    chain = mix64(chain ^ mix64(part + golden));
  for (auto& word : state_) word = mix64(chain += golden);
}

std::uint64_t RngStream::next() noexcept {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t RngStream::below(std::uint64_t bound) noexcept {
  // The lowest 2^64 mod bound draws are thrown away: what is left is a multiple of the bound.
  const std::uint64_t reject = (0 - bound) % bound;  // 2^64 mod bound
  for (;;) {
    const std::uint64_t draw = next();
    if (draw >= reject) return draw % bound;
  }
}

double RngStream::uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

double RngStream::uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

double RngStream::normal() noexcept {
  // 1 - uniform() lies in (0, 1], so that the logarithm is finite. Each draw is a statement of its own: the
  // order of draws is part of the results, and that of operands is not fixed by the language.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double RngStream::gamma(double shape) noexcept {
  if (shape < 1.0) {
    // The same paper's way for shapes below 1: gamma(a) = gamma(a + 1) U^(1/a).
    const double boost = std::pow(1.0 - uniform(), 1.0 / shape);
    return gamma(shape + 1.0) * boost;
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal();
    const double v = std::pow(1.0 + c * x, 3.0);
    if (v <= 0.0) continue;
    if (std::log(1.0 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

std::vector<std::int64_t> sample_distinct(RngStream& random, std::int64_t population, std::int64_t count) {
  std::unordered_set<std::int64_t> chosen;
  for (std::int64_t top = population - count; top < population; ++top) {
    const auto draw = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(top) + 1));
    if (!chosen.insert(draw).second) chosen.insert(top);
  }
  std::vector<std::int64_t> sorted(chosen.begin(), chosen.end());
  std::ranges::sort(sorted);
  return sorted;
}

}  // namespace fedfr
