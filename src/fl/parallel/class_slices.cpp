#include "fedfr/fl/parallel/class_slices.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "fedfr/core/rng.hpp"
#include "fedfr/nn/parameters.hpp"

// Which rank holds which classes, and their optimiser: centres are neither averaged nor sent, since a rank
// has all of the gradient of its own ones.
namespace fedfr::fl {

namespace {

constexpr std::int64_t fewest_classes = 128;
constexpr std::int64_t most_blocks = 64;
// As of clients' own centres (client_heads.cpp).
constexpr double centre_deviation = 0.01;
// Beyond every client's number, so that the streams are none of theirs.
constexpr std::uint64_t no_client = ~std::uint64_t{0};

/// The first of `parts` equal stretches of `all`, the end of which is that of the next one.
std::int64_t begin_of(std::int64_t part, std::int64_t all, std::int64_t parts) { return all * part / parts; }

}  // namespace

std::vector<ClassBlock> class_blocks(std::int64_t classes) {
  const std::int64_t count = std::clamp<std::int64_t>(classes / fewest_classes, 1, most_blocks);
  std::vector<ClassBlock> blocks;
  for (std::int64_t b = 0; b < count; ++b) {
    const std::int64_t begin = begin_of(b, classes, count);
    blocks.push_back({begin, begin_of(b + 1, classes, count) - begin});
  }
  return blocks;
}

std::pair<std::size_t, std::size_t> blocks_of_rank(std::size_t blocks, int rank, int ranks) {
  const auto all = static_cast<std::int64_t>(blocks);
  return {static_cast<std::size_t>(begin_of(rank, all, ranks)),
          static_cast<std::size_t>(begin_of(rank + 1, all, ranks))};
}

ClassSlices::ClassSlices(std::int64_t classes, std::int64_t dimension, int rank, int ranks, at::Device device)
    : classes_(classes), dimension_(dimension), ranks_(ranks), blocks_(class_blocks(classes)) {
  const auto [first, end] = blocks_of_rank(blocks_.size(), rank, ranks);
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  for (std::size_t b = first; b < end; ++b)
    mine_.push_back({b, blocks_[b], at::zeros({blocks_[b].size, dimension}, options),
                     at::zeros({blocks_[b].size, dimension}, options)});
}

int ClassSlices::owner(std::size_t block) const {
  int rank = 0;
  while (blocks_of_rank(blocks_.size(), rank, ranks_).second <= block) ++rank;
  return rank;
}

void ClassSlices::initialise(std::uint64_t seed) {
  for (Slice& slice : mine_) {
    nn::ParameterSet drawn({{"block " + std::to_string(slice.number),
                             {slice.block.size, dimension_},
                             nn::Start::normal,
                             centre_deviation}},
                           slice.centres.device());
    // One stream a block: a rank draws only its own.
    drawn.initialise(seed, Purpose::initialise_head, no_client - 1 - slice.number);
    slice.centres.copy_(drawn[0]);
  }
}

void ClassSlices::update(Slice& slice, const at::Tensor& rows, const at::Tensor& gradient,
                         const nn::SgdConfig& config, double rate) {
  const at::NoGradGuard no_grad;
  if (!rows.defined()) {
    slice.momentum.mul_(config.momentum).add_(gradient).add_(slice.centres, config.weight_decay);
    slice.centres.add_(slice.momentum, -rate);
    return;
  }
  at::Tensor momentum = at::index_select(slice.momentum, 0, rows);
  const at::Tensor centres = at::index_select(slice.centres, 0, rows);
  momentum.mul_(config.momentum).add_(gradient).add_(centres, config.weight_decay);
  slice.momentum.index_copy_(0, rows, momentum);
  slice.centres.index_copy_(0, rows, centres.add_(momentum, -rate));
}

}  // namespace fedfr::fl
