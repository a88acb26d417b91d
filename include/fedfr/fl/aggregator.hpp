#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/client_update.hpp"

namespace fedfr::fl {

/// The sample-weighted mean of client updates as a sum of 64-bit integers, so that neither the number of
/// ranks nor the order of clients changes a bit of it (floating-point sums have neither property). Each
/// update is rounded once to a fixed point whose position is set per tensor from the global model before the
/// round; so nothing has to be known of the updates in advance, and memory does not grow with their number.
///
/// With W the bound on the sum of sample weights and B the bound of a tensor (64, or 16 times the tensor's
/// largest magnitude in the global model, rounded up to a power of two), the mean of K clients is off by at
/// most K * B * 2^-61 from the exactly weighted one before it is rounded to float32.
class Aggregator {
 public:
  /// @param layout        the tensors of the shared vector, in order, without gaps
  /// @param global        [P] the shared vector at the round's start; equal on all ranks
  /// @param weight_bound  at least the sum of all sample weights that the ranks together will add
  Aggregator(std::vector<SharedTensor> layout, std::span<const float> global, std::int64_t weight_bound);

  /// @throws DataError naming client and tensor if a value is not finite or has left the tensor's bound: the
  /// client's
  ///         training has diverged
  void add(const ClientUpdate& update);

  /// Collective: every rank calls it, also one that added nothing.
  /// @returns [P] the mean, equal on all ranks
  /// @throws DataError if nobody added anything
  std::vector<float> finish(comm::Communicator& comm);

 private:
  void add_tensor(std::size_t index, std::span<const float> values, const ClientUpdate& update);

  std::vector<SharedTensor> layout_;
  std::vector<float> bounds_;   // per tensor, a power of two
  std::vector<int> exponents_;  // per tensor: values are stored times 2^exponent
  std::int64_t weight_bound_;
  std::vector<std::int64_t> sum_;  // [P], and the total weight behind
};

}  // namespace fedfr::fl
