#include "fedfr/eval/probe/input_probe.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <span>

#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/eval/embed.hpp"
#include "fedfr/eval/intervals/bootstrap.hpp"
#include "fedfr/eval/probe/separation.hpp"

// A variant is the unit of work, so that ranks share them and the report does not depend on how many there
// are. All variants are of the same people and compared in the same draws: what is hard about the sample
// cancels, and a hundred images are enough.
namespace fedfr::eval {

namespace {

/// @returns [n,D] rows of unit length
at::Tensor features_of(const InputVariant& variant, const nn::Backbone& backbone,
                       const nn::ParameterSet& model, const data::PeopleSample& sample,
                       const nn::EmbedOptions& options) {
  const auto bytes = static_cast<std::size_t>(sample.size.bytes());
  const std::span<const std::uint8_t> pixels(sample.pixels);
  std::vector<std::uint8_t> batch;
  std::int64_t done = 0;
  const auto next = [&]() -> nn::PixelBatch {
    const auto count = std::min<std::int64_t>(options.batch, sample.images() - done);
    batch.resize(static_cast<std::size_t>(count) * bytes);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
      apply(variant, sample.size, pixels.subspan((static_cast<std::size_t>(done) + i) * bytes, bytes),
            std::span(batch).subspan(i * bytes, bytes));
    done += count;
    return {.pixels = batch, .mirrored = {}};
  };
  const at::Tensor out = at::empty({sample.images(), backbone.config().embedding}, at::kFloat);
  nn::embed_batches(backbone, model, next, options, out);
  return evaluation_features(out, {});
}

/// The features of all variants, on every rank: [variant][n D].
std::vector<std::vector<float>> all_features(comm::Communicator& comm, std::size_t variants,
                                             const std::function<at::Tensor(std::size_t)>& features) {
  std::vector<float> mine;
  comm::on_every_rank(comm, "looking at the input of the network", [&] {
    for (auto v = static_cast<std::size_t>(comm.rank()); v < variants;
         v += static_cast<std::size_t>(comm.size())) {
      const at::Tensor rows = features(v).contiguous();
      const std::span values(rows.const_data_ptr<float>(), static_cast<std::size_t>(rows.numel()));
      mine.insert(mine.end(), values.begin(), values.end());
    }
  });
  // Rank r has variants r, r + ranks, ..., one after the other.
  std::vector<std::vector<float>> all(variants);
  const auto parts = comm.allgather_bytes(std::as_bytes(std::span(mine)));
  const std::size_t bytes = parts.front().size() / ((variants - 1) / parts.size() + 1);
  for (std::size_t v = 0; v < variants; ++v) {
    all[v].resize(bytes / sizeof(float));
    std::memcpy(all[v].data(), parts[v % parts.size()].data() + v / parts.size() * bytes, bytes);
  }
  return all;
}

}  // namespace

InputReport probe_input(comm::Communicator& comm, const nn::Backbone& backbone, const nn::ParameterSet& model,
                        const data::PeopleSample& sample, const nn::EmbedOptions& options, int draws) {
  const auto variants = input_variants(sample.size);
  const auto features = all_features(comm, variants.size(), [&](std::size_t v) {
    return features_of(variants[v], backbone, model, sample, options);
  });
  std::vector<Separation> separations;
  separations.reserve(features.size());
  for (const auto& rows : features)
    separations.emplace_back(EmbeddingView(rows, backbone.config().embedding), sample.people);
  // All figures of a draw together, the first being of the images as they are.
  const auto gains = [&](std::span<const std::uint32_t> times, std::span<double> figures) {
    const double before = separations.front()(times);
    for (std::size_t v = 0; v < separations.size(); ++v) figures[v] = separations[v](times) - before;
  };
  const auto intervals = bootstrap_intervals(sample.persons(), variants.size(), gains, {.draws = draws});
  InputReport report{.variants = {}, .people = sample.persons(), .images = sample.images()};
  for (std::size_t v = 0; v < variants.size(); ++v)
    report.variants.push_back({variants[v], separations[v](), intervals[v]});
  return report;
}

}  // namespace fedfr::eval
