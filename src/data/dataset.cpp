#include "fedfr/data/dataset.hpp"

#include <algorithm>

#include "dataset_files.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::data {

ImageSet::ImageSet(std::shared_ptr<const DatasetFiles> files, std::int64_t begin, std::int64_t end,
                   int identities)
    : files_(std::move(files)), begin_(begin), end_(end), identities_(identities) {}

ImageSize ImageSet::image_size() const { return files_->manifest.size; }

std::span<const std::int32_t> ImageSet::labels() const {
  return std::span(files_->labels)
      .subspan(static_cast<std::size_t>(begin_), static_cast<std::size_t>(size()));
}

std::span<const Subset> ImageSet::subsets() const {
  return std::span(files_->subsets)
      .subspan(static_cast<std::size_t>(begin_), static_cast<std::size_t>(size()));
}

std::vector<std::int64_t> ImageSet::indices(Subset subset) const {
  std::vector<std::int64_t> found;
  const auto all = subsets();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == subset) found.push_back(static_cast<std::int64_t>(i));
  return found;
}

void ImageSet::read(std::span<const std::int64_t> which, std::span<std::uint8_t> out) const {
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
  return files_->source_names(place.shard)[static_cast<std::size_t>(place.index)];
}

Dataset::Dataset(const std::filesystem::path& folder) : files_(std::make_shared<DatasetFiles>(folder)) {}

const std::filesystem::path& Dataset::path() const { return files_->folder; }
Role Dataset::role() const { return files_->manifest.role; }
ImageSize Dataset::image_size() const { return files_->manifest.size; }
Encoding Dataset::encoding() const { return files_->manifest.encoding; }
std::int64_t Dataset::clients() const { return files_->first_client.back(); }
std::int64_t Dataset::images() const { return files_->first_image.back(); }
std::string Dataset::fingerprint() const { return files_->fingerprint; }

std::int64_t Dataset::identities() const {
  if (role() != Role::clients) return std::ssize(files_->manifest.identities);
  std::int64_t total = 0;
  for (const auto& shard : files_->shards) total += shard->index().identity_offsets.back();
  return total;
}

std::string Dataset::client_name(ClientId client) const {
  const auto place = files_->client(value(client));
  return place.shard.client_names().at(static_cast<std::size_t>(place.index));
}

ImageSet Dataset::client(ClientId client) const {
  if (value(client) < 0 || value(client) >= clients())
    throw DataError("{} has {} clients, but none of the number {}", path().string(), clients(),
                    value(client));
  const auto place = files_->client(value(client));
  const auto c = static_cast<std::size_t>(place.index);
  const ShardIndex& index = place.shard.index();
  const auto shard =
      std::ranges::find_if(files_->shards, [&](const auto& own) { return own.get() == &place.shard; });
  const std::int64_t base = files_->first_image[static_cast<std::size_t>(shard - files_->shards.begin())];
  const std::int64_t identities_of_set =
      role() == Role::clients ? index.identity_offsets[c + 1] - index.identity_offsets[c] : identities();
  return {files_, base + index.client_offsets[c], base + index.client_offsets[c + 1],
          static_cast<int>(identities_of_set)};
}

ImageSet Dataset::all() const {
  if (role() != Role::clients) return {files_, 0, images(), static_cast<int>(identities())};
  const auto largest = std::ranges::max_element(files_->labels);
  return {files_, 0, images(), largest == files_->labels.end() ? 0 : *largest + 1};
}

std::vector<std::string> Dataset::identity_names(ClientId client) const {
  if (role() != Role::clients) return files_->manifest.identities;
  const auto place = files_->client(value(client));
  const auto& offsets = place.shard.index().identity_offsets;
  const auto names = place.shard.identity_names();
  return {names.begin() + offsets.at(static_cast<std::size_t>(place.index)),
          names.begin() + offsets.at(static_cast<std::size_t>(place.index) + 1)};
}

std::vector<Pair> Dataset::pairs() const {
  if (files_->manifest.pairs == 0) return {};
  const Hdf5File file = Hdf5File::open(path() / pairs_name);
  const auto rows = file.read<std::int64_t>("pairs");
  std::vector<Pair> pairs;
  for (std::size_t at = 0; at + 3 < rows.size(); at += 4)
    pairs.push_back({rows[at], rows[at + 1], rows[at + 2] != 0, static_cast<int>(rows[at + 3])});
  if (std::ssize(pairs) != files_->manifest.pairs)
    throw DataError("{} holds {} pairs instead of {}", (path() / pairs_name).string(), pairs.size(),
                    files_->manifest.pairs);
  return pairs;
}

std::vector<Damage> verify_checksums(const std::filesystem::path& folder) {
  std::vector<Damage> damage;
  const auto manifest = Manifest::parse(read_text(folder / manifest_name), folder / manifest_name);
  for (const auto& entry : manifest.shards) {
    const auto path = folder / entry.file;
    try {
      for (auto& what : ShardFile(path, manifest.size, manifest.encoding).damaged_blocks())
        damage.push_back({path, std::move(what)});
    } catch (const DataError& e) {
      damage.push_back({path, e.what()});
    }
  }
  return damage;
}

}  // namespace fedfr::data
