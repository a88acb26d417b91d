#include "fedfr/eval/embed.hpp"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/data/storage/batch_loader.hpp"
#include "fedfr/nn/losses.hpp"

// Embeddings by all ranks together. The idea: batches are cut at the same places for any number of ranks,
// since the bits of a row depend on its batch, and each rank takes a run of whole ones. Parts are exchanged
// every so often, so that beside the table only a piece of it is ever held twice.
namespace fedfr::eval {

namespace {

/// Of each rank, between two exchanges.
constexpr std::int64_t most_batches_of_a_piece = 64;

void embed(const nn::Backbone& backbone, const nn::ParameterSet& model, const data::ImageSet& images,
           std::span<const std::int64_t> which, bool mirrored, const nn::EmbedOptions& options,
           const at::Tensor& out) {
  std::vector<data::BatchItem> sequence;
  for (const std::int64_t index : which) sequence.push_back({.index = index, .mirrored = mirrored});
  data::BatchLoader loader({images}, std::move(sequence),
                           {.batch = options.batch, .threads = at::get_num_threads()});
  nn::embed_batches(backbone, model, nn::batches_of(loader), options, out);
}

/// Each rank a run of batches, straight to its place in `out`; then the runs of the others.
void embed_piece(comm::Communicator& comm, const nn::Backbone& backbone, const nn::ParameterSet& model,
                 const data::ImageSet& images, std::span<const std::int64_t> which, bool mirrored,
                 const nn::EmbedOptions& options, const at::Tensor& out) {
  const auto batch = static_cast<std::int64_t>(options.batch);
  const std::int64_t batches = (std::ssize(which) + batch - 1) / batch;
  const auto first_of = [&](std::int64_t rank) {
    return std::min(std::ssize(which), batches * rank / comm.size() * batch);
  };
  const std::int64_t begin = first_of(comm.rank());
  const std::int64_t count = first_of(comm.rank() + 1) - begin;
  const at::Tensor mine = out.narrow(0, begin, count);
  embed(backbone, model, images,
        which.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)), mirrored, options,
        mine);
  if (comm.size() == 1) return;
  auto* next = static_cast<std::byte*>(out.data_ptr());
  for (const auto& part :
       comm.allgather_bytes({static_cast<const std::byte*>(mine.const_data_ptr()), mine.nbytes()}))
    next = std::copy(part.begin(), part.end(), next);
}

}  // namespace

at::Tensor embed_alone(const nn::Backbone& backbone, const nn::ParameterSet& model,
                       const data::ImageSet& images, std::span<const std::int64_t> which, bool mirrored,
                       const nn::EmbedOptions& options) {
  at::Tensor out = at::empty({std::ssize(which), backbone.config().embedding}, at::kFloat);
  embed(backbone, model, images, which, mirrored, options, out);
  return out;
}

void embed_together(comm::Communicator& comm, const nn::Backbone& backbone, const nn::ParameterSet& model,
                    const data::ImageSet& images, std::span<const std::int64_t> which, bool mirrored,
                    const nn::EmbedOptions& options, const at::Tensor& out) {
  const std::int64_t piece = most_batches_of_a_piece * options.batch * comm.size();
  for (std::int64_t begin = 0; begin < std::ssize(which); begin += piece) {
    const std::int64_t count = std::min(piece, std::ssize(which) - begin);
    embed_piece(comm, backbone, model, images,
                which.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)), mirrored,
                options, out.narrow(0, begin, count));
  }
}

at::Tensor embed_together(comm::Communicator& comm, const nn::Backbone& backbone,
                          const nn::ParameterSet& model, const data::ImageSet& images,
                          std::span<const std::int64_t> which, bool mirrored,
                          const nn::EmbedOptions& options) {
  at::Tensor out = at::empty({std::ssize(which), backbone.config().embedding}, at::kFloat);
  embed_together(comm, backbone, model, images, which, mirrored, options, out);
  return out;
}

void check_features(const at::Tensor& features, const data::ImageSet& images,
                    std::span<const std::int64_t> which) {
  const auto* values = features.const_data_ptr<float>();
  const auto dimension = features.size(1);
  std::vector<std::size_t> bad;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const float* row = values + static_cast<std::int64_t>(i) * dimension;
    // In double: the square of a float above 2^64 would overflow and count as not finite.
    const double squared = std::inner_product(row, row + dimension, row, 0.0);
    if (!(squared > 0) || !std::isfinite(squared)) bad.push_back(i);
  }
  if (bad.empty()) return;
  const auto first = which[bad.front()];
  const auto source = images.source_name(first);
  throw DataError(
      "the model has no embedding for {} of {} images of {}, the first being image {}{}: {}", bad.size(),
      which.size(), images.folder().string(), first, source.empty() ? "" : " (" + source + ")",
      bad.size() == which.size()
          ? "all of it is zero or not a number, so the weights are none of a trained network: use another "
            "checkpoint, or train with a lower learning rate"
          : "its output is zero or not a number there; look whether these images are blank, and whether the "
            "model has diverged (a lower learning rate, --precision fp32)");
}

at::Tensor evaluation_features(const at::Tensor& plain, const at::Tensor& mirrored) {
  return nn::unit_rows(mirrored.defined() ? plain + mirrored : plain);
}

}  // namespace fedfr::eval
