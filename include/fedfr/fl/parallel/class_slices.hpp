#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fedfr/nn/sgd.hpp"

namespace fedfr::fl {

/// Consecutive classes, the unit in which a softmax is worked out and shared among ranks.
struct ClassBlock {
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

/// How the classes are cut: into 1 to 64 blocks of about 128 classes or more, whatever the ranks, since the
/// bits of a product depend on its shape.
std::vector<ClassBlock> class_blocks(std::int64_t classes);

/// The blocks of a rank, consecutive ones: first and end.
std::pair<std::size_t, std::size_t> blocks_of_rank(std::size_t blocks, int rank, int ranks);

/// A rank's part of the class centres of a softmax whose classes are too many for one rank, and what an
/// optimiser keeps of them (An et al., "Killing Two Birds with One Stone", CVPR 2022: PartialFC).
class ClassSlices {
 public:
  struct Slice {
    std::size_t number;  ///< of the block
    ClassBlock block;
    at::Tensor centres;   ///< [size,D]
    at::Tensor momentum;  ///< [size,D]
  };

  ClassSlices(std::int64_t classes, std::int64_t dimension, int rank, int ranks, at::Device device);

  std::int64_t classes() const { return classes_; }
  std::int64_t dimension() const { return dimension_; }
  const std::vector<ClassBlock>& blocks() const { return blocks_; }  ///< of all ranks
  std::vector<Slice>& mine() { return mine_; }
  const std::vector<Slice>& mine() const { return mine_; }
  int owner(std::size_t block) const;  ///< the rank that has it

  /// Normal, of deviation 0.01, each block from a stream of its own.
  void initialise(std::uint64_t seed);

  /// A step of SGD with momentum and weight decay for some rows of a slice, v <- momentum v + g + decay w,
  /// w <- w - rate v. The others stay as they are, and their momentum too, as in PartialFC.
  /// @param rows      [n] int64, ascending; undefined: all
  /// @param gradient  [n,D]
  static void update(Slice& slice, const at::Tensor& rows, const at::Tensor& gradient,
                     const nn::SgdConfig& config, double rate);

 private:
  std::int64_t classes_;
  std::int64_t dimension_;
  int ranks_;
  std::vector<ClassBlock> blocks_;
  std::vector<Slice> mine_;
};

}  // namespace fedfr::fl
