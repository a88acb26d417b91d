#include "fedfr/fl/client/round_images.hpp"

// Own images and public ones under one numbering, own ones first: positions below local() are the client's,
// and labels from its number of identities on are public people. Images are named here, not read.
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

}  // namespace fedfr::fl
