#pragma once
#include <array>
#include <cstdint>

#include "fedfr/core/rng.hpp"

namespace fedfr {

/// A shuffle of the numbers below `size` without a table: where a number goes is computed from the key, the
/// same on every rank, in constant memory. A Feistel network permutes the next larger domain of an even
/// number of bits (Luby, Rackoff, SIAM J. Comput. 1988); what lands outside is permuted again until it lies
/// inside (cycle walking: Black, Rogaway, CT-RSA 2002), less than four times on average.
class KeyedPermutation {
 public:
  /// @param size  >= 0
  KeyedPermutation(const StreamKey& key, std::int64_t size);

  std::int64_t size() const { return size_; }
  /// @param place  in [0, size)
  /// @returns      which number stands there; each stands at one place
  std::int64_t operator()(std::int64_t place) const;

 private:
  std::uint64_t permuted(std::uint64_t x) const;

  static constexpr int rounds = 6;
  std::int64_t size_;
  int half_bits_ = 1;
  std::array<std::uint64_t, rounds> keys_{};
};

}  // namespace fedfr
