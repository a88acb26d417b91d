#include "shard_file.hpp"

#include <algorithm>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"

namespace fedfr::data {

namespace {

ShardIndex read_index(const Hdf5File& file, Encoding encoding) {
  ShardIndex index;
  index.labels = file.read<std::int32_t>("label");
  index.subsets = file.read<Subset>("subset");
  index.client_ids = file.read<std::int64_t>("client_id");
  index.client_offsets = file.read<std::int64_t>("client_offset");
  index.identity_offsets = file.read<std::int64_t>("identity_offset");
  if (encoding == Encoding::jpeg) index.jpeg_offsets = file.read<std::int64_t>("jpeg_offset");
  index.block_crcs = file.read<std::uint32_t>("block_crc");
  index.name_crc = file.read<std::uint32_t>("name_crc").at(0);
  return index;
}

template <class T>
std::uint32_t add(std::uint32_t crc, const std::vector<T>& values) {
  return crc32c(std::as_bytes(std::span(values)), crc);
}

std::uint32_t add(std::uint32_t crc, const std::vector<std::string>& texts) {
  for (const auto& text : texts) crc = crc32c(std::as_bytes(std::span(text.c_str(), text.size() + 1)), crc);
  return crc;
}

void check_attributes(const Hdf5File& file, const std::filesystem::path& path, ImageSize size) {
  const std::int64_t version = file.attribute("format_version");
  if (version != shard_format_version)
    throw DataError(
        "the shard {} has format version {}, but this fedfr reads version {}: make it anew, or use the "
        "fedfr that wrote it",
        path.string(), version, shard_format_version);
  if (file.attribute("height") != size.height || file.attribute("width") != size.width)
    throw DataError("the shard {} has images of another size than its {} says", path.string(), manifest_name);
}

}  // namespace

void check_length(const std::filesystem::path& path, std::int64_t expected) {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(path, failed);
  if (failed) throw DataError("cannot read the shard {}: {}", path.string(), failed.message());
  if (static_cast<std::int64_t>(bytes) != expected)
    throw DataError("the shard {} has {} bytes instead of {}: it was truncated or replaced; restore it",
                    path.string(), bytes, expected);
}

std::uint32_t ShardIndex::checksum() const {
  std::uint32_t crc = add(0, labels);
  crc = add(crc, subsets);
  crc = add(crc, client_ids);
  crc = add(crc, client_offsets);
  crc = add(crc, identity_offsets);
  crc = add(crc, jpeg_offsets);
  crc = add(crc, block_crcs);
  return crc32c(std::as_bytes(std::span(&name_crc, 1)), crc);
}

std::int64_t ShardIndex::client_of(std::int64_t image) const {
  const auto after = std::ranges::upper_bound(client_offsets, image) - client_offsets.begin();
  return client_ids[static_cast<std::size_t>(after - 1)];
}

std::uint32_t ShardNames::checksum() const { return add(add(add(0, clients), identities), sources); }

ShardFile::ShardFile(const std::filesystem::path& folder, const Manifest& manifest, std::size_t number,
                     OpenFiles& files)
    : path_(folder / manifest.shards[number].file), size_(manifest.size), number_(number), files_(files) {
  const ShardEntry& entry = manifest.shards[number];
  check_length(path_, entry.bytes);
  const Hdf5File file = Hdf5File::open(path_);
  check_attributes(file, path_, size_);
  index_ = read_index(file, manifest.encoding);
  const std::uint32_t stored = file.read<std::uint32_t>("index_crc").at(0);
  const std::uint32_t actual = index_.checksum();
  if (actual == stored && stored != entry.index_crc)
    throw DataError("the shard {} is not the one that {} lists: were files of two datasets mixed?",
                    path_.string(), manifest_name);
  if (actual != entry.index_crc)
    throw DataError("the index of the shard {} is damaged: its checksum differs; restore it", path_.string());
  data_begin_ = file.data_offset(manifest.encoding == Encoding::raw ? "images" : "jpeg");
}

const ShardNames& ShardFile::names() const {
  std::call_once(names_once_, [this] {
    const Hdf5File file = Hdf5File::open(path_);
    ShardNames names{.clients = file.read_strings("client_name"),
                     .identities = file.read_strings("identity_name"),
                     .sources = file.read_strings("source_name")};
    if (names.checksum() != index_.name_crc)
      throw DataError("the names in the shard {} are damaged: their checksum differs; restore it",
                      path_.string());
    names_ = std::move(names);
  });
  return names_;
}

std::pair<std::int64_t, std::int64_t> ShardFile::extent(std::int64_t image) const {
  if (index_.jpeg_offsets.empty()) return {data_begin_ + image * size_.bytes(), size_.bytes()};
  const auto i = static_cast<std::size_t>(image);
  return {data_begin_ + index_.jpeg_offsets[i], index_.jpeg_offsets[i + 1] - index_.jpeg_offsets[i]};
}

void ShardFile::read_checked(std::int64_t image, std::span<std::uint8_t> out) const {
  const auto bytes = std::as_writable_bytes(out);
  read_exactly(*files_.get(number_, path_), path_, extent(image).first, bytes);
  if (crc32c(bytes) != index_.block_crcs[static_cast<std::size_t>(image)])
    throw DataError(
        "the shard {} is damaged: the checksum of block {} (an image of client {}) differs; restore it or "
        "make the dataset anew",
        path_.string(), image, index_.client_of(image));
}

std::vector<std::uint8_t> ShardFile::read_stored(std::int64_t image) const {
  std::vector<std::uint8_t> stored(static_cast<std::size_t>(extent(image).second));
  read_checked(image, stored);
  return stored;
}

void ShardFile::read(std::int64_t image, std::span<std::uint8_t> out) const {
  if (index_.jpeg_offsets.empty()) return read_checked(image, out);
  const auto stored = read_stored(image);
  try {
    const Image decoded = decode(std::as_bytes(std::span(stored)));
    if (decoded.size != size_)
      throw DataError("it has {}x{} pixels instead of {}x{}", decoded.size.height, decoded.size.width,
                      size_.height, size_.width);
    std::ranges::copy(decoded.pixels, out.begin());
  } catch (const DataError& e) {
    throw DataError("{}: cannot decode image {} (client {}): {}", path_.string(), image,
                    index_.client_of(image), e.what());
  }
}

}  // namespace fedfr::data
