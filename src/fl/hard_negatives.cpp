#include "fedfr/fl/hard_negatives.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <span>

#include "fedfr/core/activity.hpp"

namespace fedfr::fl {

at::Tensor largest_similarity(const at::Tensor& local, const at::Tensor& publics) {
  const at::NoGradGuard no_grad;
  constexpr std::int64_t rows = 4096;  // bounds the block of similarities in memory
  at::Tensor largest = at::empty({publics.size(0)}, at::kFloat);
  for (std::int64_t begin = 0; begin < publics.size(0); begin += rows) {
    const std::int64_t count = std::min(rows, publics.size(0) - begin);
    const at::Tensor block = at::matmul(publics.narrow(0, begin, count), local.t());
    largest.narrow(0, begin, count).copy_(block.amax(1));
    sign_of_life();
  }
  return largest;
}

std::vector<std::int64_t> mine_hard_negatives(const at::Tensor& local, const at::Tensor& publics,
                                              const MiningConfig& config) {
  const at::Tensor similarity = largest_similarity(local, publics);
  const std::span<const float> values(similarity.const_data_ptr<float>(),
                                      static_cast<std::size_t>(similarity.numel()));
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

}  // namespace fedfr::fl
