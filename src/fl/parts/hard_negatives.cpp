#include "fedfr/fl/parts/hard_negatives.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <functional>
#include <span>

#include "fedfr/core/activity.hpp"
#include "fedfr/nn/losses.hpp"

// Mining: which public images look like somebody of the client, to train with as negatives. All pairs of
// public and own images are compared, block by block, so that the matrix of similarities never exists as a
// whole. The blocks depend on the number of own images alone, and so do not differ between numbers of ranks.
namespace fedfr::fl {

namespace {

constexpr std::int64_t most_rows = 4096;             // of public images that are looked at together
constexpr std::int64_t most_similarities = 1 << 24;  // among these and the local images

/// @returns [n] of rows [n,D], each block's values by `value_of`
at::Tensor by_blocks(const at::Tensor& rows, std::int64_t block,
                     const std::function<at::Tensor(const at::Tensor&)>& value_of) {
  at::Tensor values = at::empty({rows.size(0)}, at::kFloat);
  for (std::int64_t begin = 0; begin < rows.size(0); begin += block) {
    const std::int64_t count = std::min(block, rows.size(0) - begin);
    values.narrow(0, begin, count).copy_(value_of(rows.narrow(0, begin, count)));
    sign_of_life();
  }
  return values;
}

}  // namespace

Candidates candidates(const at::Tensor& features) {
  const at::NoGradGuard no_grad;
  return {features, by_blocks(features, most_rows,
                              [](const at::Tensor& block) { return nn::row_lengths(block).squeeze(1); })};
}

at::Tensor largest_similarity(const at::Tensor& local, const Candidates& publics) {
  const at::NoGradGuard no_grad;
  const at::Tensor transposed = local.t();
  const std::int64_t block =
      std::clamp(most_similarities / std::max<std::int64_t>(local.size(0), 1), std::int64_t{1}, most_rows);
  // A public image's own length is the same for all local ones: it divides the largest product, once.
  const auto largest = [&](const at::Tensor& rows) { return at::matmul(rows, transposed).amax(1); };
  return by_blocks(publics.features, block, largest).div_(publics.lengths);
}

std::vector<std::int64_t> mine_hard_negatives(const at::Tensor& local, const Candidates& publics,
                                              const MiningConfig& config) {
  const at::Tensor similarity = largest_similarity(local, publics);
  const std::span<const float> values(similarity.const_data_ptr<float>(),
                                      static_cast<std::size_t>(similarity.numel()));
  // In float32, as the similarities: 0.4 in double is another number.
  const auto threshold = static_cast<float>(config.threshold);
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] > threshold) kept.push_back(static_cast<std::int64_t>(i));
  const auto most = static_cast<std::size_t>(config.cap * static_cast<double>(local.size(0)));
  if (config.cap > 0 && kept.size() > most) {
    std::ranges::stable_sort(kept, [&](std::int64_t a, std::int64_t b) {
      return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)];
    });
    kept.resize(most);
    std::ranges::sort(kept);
  }
  return kept;
}

PublicImages hard_negatives(const MiningConfig& config) {
  return {.name = "hard negatives",
          .by_similarity = true,
          .choose = [config](const at::Tensor& own, const Candidates& publics, std::int64_t) {
            return mine_hard_negatives(own, publics, config);
          }};
}

}  // namespace fedfr::fl
