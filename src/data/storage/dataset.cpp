// What a dataset shows of itself. Images of all shards are numbered in one row; a view is a part of that row.
#include "fedfr/data/storage/dataset.hpp"

#include <algorithm>
#include <utility>

#include "dataset_files.hpp"
#include "fedfr/core/checksum.hpp"
#include "pairs_file.hpp"

namespace fedfr::data {

ImageSet::ImageSet(std::shared_ptr<const DatasetFiles> files, std::int64_t begin, std::int64_t end,
                   int identities)
    : files_(std::move(files)), begin_(begin), end_(end), identities_(identities) {}

ImageSize ImageSet::image_size() const { return files_->manifest.size; }
Encoding ImageSet::encoding() const { return files_->manifest.encoding; }
const std::filesystem::path& ImageSet::folder() const { return files_->folder; }

std::span<const std::int32_t> ImageSet::labels() const {
  // An empty set may have no files behind it.
  if (size() == 0) return {};
  return files_->labels(begin_, end_);
}

std::span<const Subset> ImageSet::subsets() const {
  if (size() == 0) return {};
  return files_->subsets(begin_, end_);
}

std::vector<std::int64_t> ImageSet::indices(Subset subset) const {
  std::vector<std::int64_t> found;
  const auto all = subsets();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == subset) found.push_back(static_cast<std::int64_t>(i));
  return found;
}

std::vector<std::uint32_t> ImageSet::checksums() const {
  std::vector<std::uint32_t> found;
  for (std::int64_t i = begin_; i < end_; ++i) {
    const auto place = files_->image(i);
    // From the indices of the shards: no image is read for it.
    found.push_back(place.shard.index().block_crcs[static_cast<std::size_t>(place.index)]);
  }
  return found;
}

void ImageSet::read(std::span<const std::int64_t> which, std::span<std::uint8_t> out) const {
  if (which.empty()) return;
  const auto bytes = static_cast<std::size_t>(image_size().bytes());
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto place = files_->image(begin_ + which[i]);
    place.shard.read(place.index, out.subspan(i * bytes, bytes));
  }
}

std::vector<std::uint8_t> ImageSet::read_stored(std::int64_t which) const {
  const auto place = files_->image(begin_ + which);
  return place.shard.read_stored(place.index);
}

std::string ImageSet::source_name(std::int64_t which) const {
  const auto place = files_->image(begin_ + which);
  return place.shard.names().sources[static_cast<std::size_t>(place.index)];
}

Dataset::Dataset(const std::filesystem::path& folder)
    : files_(std::make_shared<const DatasetFiles>(folder)) {}

const std::filesystem::path& Dataset::path() const { return files_->folder; }
Role Dataset::role() const { return files_->manifest.role; }
ImageSize Dataset::image_size() const { return files_->manifest.size; }
Encoding Dataset::encoding() const { return files_->manifest.encoding; }
std::int64_t Dataset::clients() const { return files_->first_client.back(); }
std::int64_t Dataset::images() const { return files_->first_image.back(); }

std::string Dataset::fingerprint() const {
  // The text has the checksum of each shard's index, and the index those of its images and names: equal text,
  // equal data.
  return hex16(hash64(std::as_bytes(std::span(files_->manifest_text))));
}

std::int64_t Dataset::shards() const { return std::ssize(files_->manifest.shards); }

std::int64_t Dataset::bytes() const {
  std::int64_t total = std::ssize(files_->manifest_text);
  for (const auto& shard : files_->manifest.shards) total += shard.bytes;
  // Of the pairs the manifest has the number and the checksum, but no length.
  std::error_code failed;
  const auto pairs = std::filesystem::file_size(path() / pairs_name, failed);
  return failed ? total : total + static_cast<std::int64_t>(pairs);
}

std::int64_t Dataset::identities() const {
  if (role() != Role::clients) return std::ssize(files_->manifest.identities);
  std::int64_t total = 0;
  for (const auto& shard : files_->manifest.shards) total += shard.identities;
  return total;
}

std::string Dataset::client_name(ClientId client) const {
  const auto place = files_->client(value(client));
  return place.shard.names().clients[static_cast<std::size_t>(place.index)];
}

ImageSet Dataset::client(ClientId client) const {
  const auto place = files_->client(value(client));
  const ShardIndex& index = place.shard.index();
  const auto c = static_cast<std::size_t>(place.index);
  const std::int64_t labels =
      role() == Role::clients ? index.identity_offsets[c + 1] - index.identity_offsets[c] : identities();
  return {files_, place.first_image + index.client_offsets[c],
          place.first_image + index.client_offsets[c + 1], static_cast<int>(labels)};
}

ImageSet Dataset::all() const {
  if (role() != Role::clients || images() == 0) return {files_, 0, images(), static_cast<int>(identities())};
  // Labels of clients begin anew with each of them: the largest of any client bounds them all.
  return {files_, 0, images(), std::ranges::max(files_->labels(0, images())) + 1};
}

std::vector<std::string> Dataset::identity_names(ClientId client) const {
  if (role() != Role::clients) return files_->manifest.identities;
  const auto place = files_->client(value(client));
  const auto& offsets = place.shard.index().identity_offsets;
  const auto names = place.shard.names().identities.begin();
  return {names + offsets[static_cast<std::size_t>(place.index)],
          names + offsets[static_cast<std::size_t>(place.index) + 1]};
}

std::vector<Pair> Dataset::pairs() const {
  return files_->manifest.pairs == 0 ? std::vector<Pair>{} : read_pairs(path(), files_->manifest);
}

}  // namespace fedfr::data
