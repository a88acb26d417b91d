#include "fedfr/core/keyed_permutation.hpp"

#include <algorithm>
#include <bit>

// Training on millions of images goes through them in another order each epoch, on each rank only a part: a
// table of the order would be as long as the set, on every rank.
namespace fedfr {

KeyedPermutation::KeyedPermutation(const StreamKey& key, std::int64_t size) : size_(size) {
  const auto bits =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(size, 2) - 1)));
  half_bits_ = (bits + 1) / 2;
  RngStream random(key);
  std::ranges::generate(keys_, [&] { return random.next(); });
}

std::int64_t KeyedPermutation::operator()(std::int64_t place) const {
  auto x = static_cast<std::uint64_t>(place);
  do x = permuted(x);
  while (x >= static_cast<std::uint64_t>(size_));
  return static_cast<std::int64_t>(x);
}

std::uint64_t KeyedPermutation::permuted(std::uint64_t x) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = x >> half_bits_;
  std::uint64_t right = x & mask;
  for (const std::uint64_t key : keys_) {
    const std::uint64_t next = left ^ (mix64(right ^ key) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

}  // namespace fedfr
