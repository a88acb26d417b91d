#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/comm/communicator.hpp"
#include "fedfr/fl/client_update.hpp"
#include "fedfr/fl/parts/client_end.hpp"

namespace fedfr::fl {

/// What a cohort has sent, seen together.
struct RoundSum {
  std::vector<float> mean;  ///< [S] of the shared vectors, by sample weight
  NamedVectors extras;      ///< of the extra sums, each the mean that it declares
  std::int64_t weight = 0;  ///< the sum of the sample weights
  std::int64_t clients = 0;
};

/// What the ranks together may add at most.
struct RoundBound {
  std::int64_t weight = 0;   ///< the sum of all sample weights
  std::int64_t clients = 1;  ///< only needed for extra sums
};

/// The sample-weighted mean of client updates as a sum of 64-bit integers, so that neither the number of
/// ranks nor the order of clients changes a bit of it (floating-point sums have neither property). Each
/// update is rounded once to a fixed point whose position is set per tensor from the global model before the
/// round; so nothing has to be known of the updates in advance, and memory does not grow with their number.
///
/// With W the bound on the sum of sample weights and B the bound of a tensor (64, or 16 times the tensor's
/// largest magnitude in the global model, rounded up to a power of two), the mean of K clients is off by at
/// most K * B * 2^-61 from the exactly weighted one before it is rounded to float32. Extra sums lie in the
/// same vector of integers, each with the bound that it declares.
///
/// Of batch norms the mean is that of the means, and the variance that of the images of all clients together:
/// var_k + (mean_k - m)^2 is what is averaged, about the mean m of the round's start (about 0 large means
/// would leave few digits of a small variance), and from that the squared distance of m to the new mean is
/// taken away. Counters of batches become the largest of the cohort.
class Aggregator {
 public:
  /// @param layout  the tensors of the shared vector, in order, without gaps
  /// @param global  [S] the shared vector at the round's start; equal on all ranks
  /// @param sums    what else the updates carry
  Aggregator(std::vector<SharedTensor> layout, std::span<const float> global, RoundBound bound,
             const std::vector<ExtraSum>& sums = {});

  /// @throws DataError naming client and tensor if a value is not finite or has left the tensor's bound: the
  ///         client's training has diverged; also if the update carries anything but what was declared
  void add(const ClientUpdate& update);

  /// Collective: every rank calls it, also one that added nothing.
  /// @returns equal on all ranks
  /// @throws DataError if nobody added anything
  RoundSum finish(comm::Communicator& comm);

 private:
  /// A stretch of the sum with a fixed point of its own.
  struct Block {
    std::string name;
    std::size_t begin;
    std::size_t size;
    float bound;   // a power of two
    int exponent;  // values are stored times 2^exponent
    bool weighted;
    nn::Learning learning = nn::Learning::by_gradient;
    std::size_t counter = 0;  // its place among the counters
  };

  void add_tensor(const Block& tensor, std::span<const float> shared, const ClientUpdate& update);
  void add_block(const Block& block, std::span<const float> values, const ClientUpdate& update);
  std::vector<float> mean_of(std::span<const Block> blocks) const;
  void finish_statistics(std::vector<float>& mean) const;

  std::vector<Block> tensors_;  // of the shared vector
  std::vector<Block> extras_;
  std::size_t shared_size_;
  std::vector<float> start_;      // [S] the shared vector at the round's start; empty without variances
  std::vector<double> counters_;  // the largest so far of each counter, in their order
  RoundBound bound_;
  std::vector<std::int64_t> sum_;  // the shared vector, the extra sums, the total weight, the clients
};

}  // namespace fedfr::fl
