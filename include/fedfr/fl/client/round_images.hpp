#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "fedfr/data/storage/batch_loader.hpp"
#include "fedfr/fl/client/client_data.hpp"

namespace fedfr::fl {

/// The images that a client trains with in one round: its own, then the kept public ones. A position counts
/// over both.
class RoundImages {
 public:
  /// With the client's own images only.
  explicit RoundImages(const ClientData& client);

  /// @param first_label  of the public identities: the number of local ones
  void add_public(const data::ImageSet& publics, std::span<const std::int64_t> kept,
                  std::int32_t first_label);

  std::int64_t size() const { return std::ssize(items_); }
  std::int64_t local() const { return local_; }
  const std::vector<data::ImageSet>& sources() const { return sources_; }

  /// The images at `positions` in this order; `mirrored` (same length or empty) says which are to be
  /// mirrored.
  std::vector<data::BatchItem> sequence(std::span<const std::int64_t> positions,
                                        std::span<const std::uint8_t> mirrored) const;

 private:
  std::vector<data::ImageSet> sources_;
  std::vector<data::BatchItem> items_;
  std::int64_t local_ = 0;
};

}  // namespace fedfr::fl
