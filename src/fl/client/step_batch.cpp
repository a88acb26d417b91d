#include "step_batch.hpp"

#include <ATen/ops/index_select.h>

#include <algorithm>

#include "fedfr/nn/image_input.hpp"
#include "fedfr/nn/kernels/staging.hpp"

// Puts together what a step reads and sends it to where the network computes: pixels, labels, and the rows of
// the frozen models' tables. All of it goes from pinned memory without waiting (nn/kernels/staging.hpp).
namespace fedfr::fl {

namespace {

at::Tensor send_labels(std::span<const std::int32_t> labels, at::Device device) {
  const at::Tensor staged = nn::staging_area({std::ssize(labels)}, at::kLong, device);
  std::ranges::copy(labels, staged.data_ptr<std::int64_t>());
  return nn::send(staged, device);
}

/// Some rows of a table on the host.
at::Tensor send_rows(const at::Tensor& table, const at::Tensor& rows, at::Device device) {
  at::Tensor staged = nn::staging_area({rows.numel(), table.size(1)}, at::kFloat, device);
  at::index_select_out(staged, table, 0, rows);
  return nn::send(staged, device);
}

}  // namespace

StepBatch send(const data::Batch& batch, std::span<const std::int64_t> positions,
               const FrozenFeatures& frozen, const nn::BackboneConfig& size, const nn::EmbedOptions& options,
               at::Device device) {
  StepBatch step{.images = nn::network_input(batch.pixels, size.height, size.width_pixels, batch.mirrored,
                                             {device, options.format}),
                 .labels = send_labels(batch.labels, device),
                 .global_features = {},
                 .previous_features = {}};
  if (frozen.has_looked()) {
    const at::Tensor rows = frozen.views().rows(positions, batch.mirrored);
    step.global_features = send_rows(frozen.by_global(), rows, device);
    if (frozen.by_previous().defined())
      step.previous_features = send_rows(frozen.by_previous(), rows, device);
  }
  return step;
}

}  // namespace fedfr::fl
