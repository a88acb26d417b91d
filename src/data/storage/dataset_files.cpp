// Finds the shard of an image or client by the table in dataset.json, and opens a shard only when it is asked
// for: a rank of a large job reads the few shards that its clients lie in.
#include "dataset_files.hpp"

#include <algorithm>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"

namespace fedfr::data {

namespace {

/// Of one dataset; a run has a few datasets, and a process may open 1,024 files as a rule.
constexpr std::size_t most_open_files = 64;

std::vector<std::int64_t> sums(const std::vector<ShardEntry>& shards, std::int64_t ShardEntry::*count) {
  std::vector<std::int64_t> first{0};
  for (const auto& shard : shards) first.push_back(first.back() + shard.*count);
  return first;
}

std::size_t interval(const std::vector<std::int64_t>& first, std::int64_t value) {
  return static_cast<std::size_t>(std::ranges::upper_bound(first, value) - first.begin() - 1);
}

template <class T>
std::span<const T> part(const std::vector<T>& all, std::int64_t begin, std::int64_t end) {
  return std::span(all).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

}  // namespace

DatasetFiles::DatasetFiles(const std::filesystem::path& where)
    : folder(tidy_path(where.string())),
      manifest_text(read_manifest_text(folder)),
      manifest(Manifest::parse(manifest_text, folder / manifest_name)),
      first_image(sums(manifest.shards, &ShardEntry::images)),
      first_client(sums(manifest.shards, &ShardEntry::clients)),
      files_(manifest.shards.size(), most_open_files),
      slots_(manifest.shards.size()) {
  for (const auto& entry : manifest.shards) check_length(folder / entry.file, entry.bytes);
}

const ShardFile& DatasetFiles::shard(std::size_t number) const {
  // A call that throws leaves the flag as it was: the next one tries again, and says the same.
  Slot& slot = slots_[number];
  std::call_once(slot.once,
                 [&] { slot.shard = std::make_unique<const ShardFile>(folder, manifest, number, files_); });
  return *slot.shard;
}

DatasetFiles::Place DatasetFiles::image(std::int64_t index) const {
  const std::size_t number = interval(first_image, index);
  return {shard(number), first_image[number], index - first_image[number]};
}

DatasetFiles::Place DatasetFiles::client(std::int64_t client) const {
  if (client < 0 || client >= first_client.back())
    throw DataError("{} has {} clients, but none of the number {}", folder.string(), first_client.back(),
                    client);
  const std::size_t number = interval(first_client, client);
  return {shard(number), first_image[number], client - first_client[number]};
}

bool DatasetFiles::lie_in_one_shard(std::int64_t begin, std::int64_t end) const {
  return end <= first_image[interval(first_image, begin) + 1];
}

const DatasetFiles::Merged& DatasetFiles::merged() const {
  std::call_once(merged_.once, [this] {
    merged_.labels.clear();  // a call before may have thrown half-way
    merged_.subsets.clear();
    for (std::size_t number = 0; number < slots_.size(); ++number) {
      const ShardIndex& index = shard(number).index();
      merged_.labels.insert(merged_.labels.end(), index.labels.begin(), index.labels.end());
      merged_.subsets.insert(merged_.subsets.end(), index.subsets.begin(), index.subsets.end());
    }
  });
  return merged_;
}

std::span<const std::int32_t> DatasetFiles::labels(std::int64_t begin, std::int64_t end) const {
  if (begin == end) return {};
  if (!lie_in_one_shard(begin, end)) return part(merged().labels, begin, end);
  const auto [shard, base, index] = image(begin);
  return part(shard.index().labels, index, end - base);
}

std::span<const Subset> DatasetFiles::subsets(std::int64_t begin, std::int64_t end) const {
  if (begin == end) return {};
  if (!lie_in_one_shard(begin, end)) return part(merged().subsets, begin, end);
  const auto [shard, base, index] = image(begin);
  return part(shard.index().subsets, index, end - base);
}

}  // namespace fedfr::data
