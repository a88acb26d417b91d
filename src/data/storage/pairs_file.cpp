// The pairs of a benchmark as rows of four numbers, covered by a checksum in dataset.json.
#include "pairs_file.hpp"

#include <algorithm>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

namespace fedfr::data {

namespace {

constexpr std::size_t columns = 4;

std::uint32_t checksum(const std::vector<std::int64_t>& rows) {
  return crc32c(std::as_bytes(std::span(rows)));
}

}  // namespace

void check_pair(const Pair& pair, std::int64_t images, const std::string& where) {
  for (const auto image : {pair.first, pair.second})
    if (image < 0 || image >= images)
      throw DataError("a pair of {} names image {}, but there are {}", where, image, images);
  if (pair.fold < 0 || pair.fold >= most_folds)
    throw DataError("a pair of {} is in fold {}, but folds are from 0 to {}", where, pair.fold,
                    most_folds - 1);
}

void write_pairs(const std::filesystem::path& folder, const std::vector<Pair>& pairs, Manifest& manifest) {
  std::vector<std::int64_t> rows;
  for (const auto& pair : pairs)
    rows.insert(rows.end(), {pair.first, pair.second, pair.genuine ? 1 : 0, pair.fold});
  replace_file(folder / pairs_name, [&](const std::filesystem::path& path) {
    Hdf5Writer file(path);
    file.write<std::int64_t>("pairs", rows, {pairs.size(), columns});
    file.flush();
  });
  manifest.pairs = std::ssize(pairs);
  manifest.pairs_crc = checksum(rows);
}

std::vector<Pair> read_pairs(const std::filesystem::path& folder, const Manifest& manifest) {
  const auto path = folder / pairs_name;
  const auto rows = Hdf5Reader(path).read<std::int64_t>(
      "pairs", std::vector<hsize_t>{static_cast<hsize_t>(manifest.pairs), columns});
  if (checksum(rows) != manifest.pairs_crc)
    throw DataError("{} is damaged: its checksum differs; restore it or make the benchmark anew",
                    path.string());
  std::int64_t images = 0;
  for (const auto& shard : manifest.shards) images += shard.images;
  std::vector<Pair> pairs;
  for (std::size_t at = 0; at < rows.size(); at += columns) {
    const auto fold = static_cast<int>(std::clamp<std::int64_t>(rows[at + 3], -1, most_folds));
    pairs.push_back({rows[at], rows[at + 1], rows[at + 2] != 0, fold});
    check_pair(pairs.back(), images, path.string());
  }
  return pairs;
}

}  // namespace fedfr::data
