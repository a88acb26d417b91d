#include "pairs_file.hpp"

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "hdf5_file.hpp"

namespace fedfr::data {

namespace {

constexpr std::size_t columns = 4;

std::uint32_t checksum(const std::vector<std::int64_t>& rows) {
  return crc32c(std::as_bytes(std::span(rows)));
}

}  // namespace

void write_pairs(const std::filesystem::path& folder, const std::vector<Pair>& pairs, Manifest& manifest) {
  std::vector<std::int64_t> rows;
  for (const auto& pair : pairs)
    rows.insert(rows.end(), {pair.first, pair.second, pair.genuine ? 1 : 0, pair.fold});
  replace_file(folder / pairs_name, [&](const std::filesystem::path& path) {
    Hdf5File file = Hdf5File::create(path);
    file.write<std::int64_t>("pairs", rows, {pairs.size(), columns});
    file.flush();
  });
  manifest.pairs = std::ssize(pairs);
  manifest.pairs_crc = checksum(rows);
}

std::vector<Pair> read_pairs(const std::filesystem::path& folder, const Manifest& manifest) {
  const auto path = folder / pairs_name;
  const auto rows = Hdf5File::open(path).read<std::int64_t>("pairs");
  if (rows.size() != static_cast<std::size_t>(manifest.pairs) * columns ||
      checksum(rows) != manifest.pairs_crc)
    throw DataError("{} is damaged: its checksum differs; restore it or make the benchmark anew",
                    path.string());
  std::vector<Pair> pairs;
  for (std::size_t at = 0; at < rows.size(); at += columns)
    pairs.push_back({rows[at], rows[at + 1], rows[at + 2] != 0, static_cast<int>(rows[at + 3])});
  return pairs;
}

}  // namespace fedfr::data
