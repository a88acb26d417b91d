#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fedfr::comm {

/// The ranks of a job as a group. Every function but the first three is collective: all ranks call it, in the
/// same order, with spans of equal length unless said otherwise.
/// @throws PeerError from any of them when a rank does not come within the deadline or the transport fails
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual std::string description() const = 0;  ///< for the banner: which transport, and why

  virtual void allreduce_sum(std::span<std::int64_t> values) = 0;  ///< in place; exact, so in any order
  virtual void allreduce_max(std::span<double> values) = 0;        ///< in place
  /// What each rank gave, by rank; lengths may differ.
  virtual std::vector<std::vector<std::byte>> allgather_bytes(std::span<const std::byte> mine) = 0;
  /// Gives all ranks the bytes that `root` has.
  virtual void broadcast(std::span<std::byte> bytes, int root) = 0;
  /// Returns when all ranks have come to it.
  virtual void barrier() = 0;
  /// The ranks that say the same number, as a group of their own, in their order here. It must not outlive
  /// this one.
  /// @param number  >= 0
  virtual std::unique_ptr<Communicator> part(int number) = 0;
};

}  // namespace fedfr::comm
