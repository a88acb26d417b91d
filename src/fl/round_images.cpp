#include "fedfr/fl/round_images.hpp"

#include <ATen/ops/where.h>

#include <algorithm>

#include "fedfr/core/indices.hpp"

namespace fedfr::fl {

RoundImages::RoundImages(const ClientData& client) {
  for (const auto& source : client.sources) {
    const auto number = static_cast<std::int32_t>(sources_.size());
    sources_.push_back(source.images);
    const auto labels = source.images.labels();
    for (const auto index : source.indices)
      items_.push_back({.source = number,
                        .index = index,
                        .label = source.first_label + labels[static_cast<std::size_t>(index)],
                        .mirrored = false});
  }
  local_ = std::ssize(items_);
}

void RoundImages::add_public(const data::ImageSet& publics, std::span<const std::int64_t> kept,
                             std::int32_t first_label) {
  const auto number = static_cast<std::int32_t>(sources_.size());
  sources_.push_back(publics);
  const auto labels = publics.labels();
  for (const auto index : kept)
    items_.push_back({.source = number,
                      .index = index,
                      .label = first_label + labels[static_cast<std::size_t>(index)],
                      .mirrored = false});
}

std::vector<data::BatchItem> RoundImages::sequence(std::span<const std::int64_t> positions,
                                                   std::span<const std::uint8_t> mirrored) const {
  std::vector<data::BatchItem> out;
  out.reserve(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    out.push_back(items_[static_cast<std::size_t>(positions[i])]);
    out.back().mirrored = !mirrored.empty() && mirrored[i] != 0;
  }
  return out;
}

void RoundImages::read(std::span<const std::int64_t> positions, std::span<std::uint8_t> out) const {
  const std::size_t bytes = positions.empty() ? 0 : out.size() / positions.size();
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto& item = items_[static_cast<std::size_t>(positions[i])];
    sources_[static_cast<std::size_t>(item.source)].read(std::span(&item.index, 1),
                                                         out.subspan(i * bytes, bytes));
  }
}

at::Tensor FeatureTable::lookup(const at::Tensor& positions, const at::Tensor& is_mirrored) const {
  const at::Tensor as_is = plain.index_select(0, positions);
  if (!mirrored.defined()) return as_is;
  return at::where(is_mirrored.unsqueeze(1), mirrored.index_select(0, positions), as_is);
}

void FeatureTable::append(const FeatureTable& more, std::span<const std::int64_t> rows,
                          nn::FeatureMemory& memory) {
  const auto with_rows_of = [&](const at::Tensor& own, const at::Tensor& other) {
    const std::int64_t dimension = own.size(1);
    at::Tensor both = memory.table(own.size(0) + std::ssize(rows), dimension);
    float* next = std::copy_n(own.const_data_ptr<float>(), own.numel(), both.data_ptr<float>());
    const float* from = other.const_data_ptr<float>();
    for (const std::int64_t row : rows) next = std::copy_n(from + row * dimension, dimension, next);
    return both;
  };
  plain = with_rows_of(plain, more.plain);
  if (mirrored.defined()) mirrored = with_rows_of(mirrored, more.mirrored);
}

FeatureTable embed_round(const nn::Backbone& backbone, const nn::ParameterSet& model,
                         const RoundImages& images, bool with_mirrored, const nn::EmbedOptions& options,
                         nn::FeatureMemory& memory) {
  const auto all = all_indices(images.size());
  const auto read = [&](std::span<const std::int64_t> which, std::span<std::uint8_t> out) {
    images.read(which, out);
  };
  const auto embed = [&](bool mirrored) {
    at::Tensor rows = memory.table(images.size(), backbone.config().embedding);
    nn::embed_images(backbone, model, read, all, mirrored, options, rows);
    return rows;
  };
  FeatureTable table;
  table.plain = embed(false);
  if (with_mirrored) table.mirrored = embed(true);
  return table;
}

}  // namespace fedfr::fl
