#include "shard_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/data/image_codec.hpp"

namespace fedfr::data {

namespace {

/// The HDF5 library is entered by one thread at a time.
std::mutex& hdf5_mutex() {
  static std::mutex mutex;
  return mutex;
}

ShardIndex read_index(const Hdf5File& file, Encoding encoding) {
  ShardIndex index;
  index.labels = file.read<std::int32_t>("label");
  index.images = std::ssize(index.labels);
  index.subsets = file.read<std::uint8_t>("subset");
  index.client_ids = file.read<std::int64_t>("client_id");
  index.client_offsets = file.read<std::int64_t>("client_offset");
  index.identity_offsets = file.read<std::int64_t>("identity_offset");
  index.block_crcs = file.read<std::uint32_t>("block_crc");
  if (encoding == Encoding::jpeg) index.jpeg_offsets = file.read<std::int64_t>("jpeg_offset");
  return index;
}

bool is_consistent(const ShardIndex& index, Encoding encoding) {
  const auto offsets_fit = [](const std::vector<std::int64_t>& offsets, std::size_t count) {
    return offsets.size() == count + 1 && offsets.front() == 0 && std::ranges::is_sorted(offsets);
  };
  const auto images = static_cast<std::size_t>(index.images);
  const auto blocks = (index.images + shard_block_images - 1) / shard_block_images;
  return index.subsets.size() == images && offsets_fit(index.client_offsets, index.client_ids.size()) &&
         index.client_offsets.back() == index.images &&
         offsets_fit(index.identity_offsets, index.client_ids.size()) &&
         std::ssize(index.block_crcs) == blocks &&
         (encoding == Encoding::raw || offsets_fit(index.jpeg_offsets, images));
}

template <class T>
std::uint32_t add(std::uint32_t crc, const std::vector<T>& values) {
  return crc32c(std::as_bytes(std::span(values)), crc);
}

}  // namespace

std::uint32_t ShardIndex::checksum() const {
  std::uint32_t crc = add(0, labels);
  crc = add(crc, subsets);
  crc = add(crc, client_ids);
  crc = add(crc, client_offsets);
  crc = add(crc, identity_offsets);
  return add(add(crc, block_crcs), jpeg_offsets);
}

std::int64_t ShardIndex::client_of(std::int64_t image) const {
  const auto after = std::ranges::upper_bound(client_offsets, image) - client_offsets.begin();
  return client_ids[static_cast<std::size_t>(after - 1)];
}

ShardFile::ShardFile(const std::filesystem::path& path, ImageSize size, Encoding encoding)
    : path_(path), size_(size), file_(open_for_reading(path)) {
  const std::lock_guard lock(hdf5_mutex());
  const Hdf5File file = Hdf5File::open(path);
  const std::int64_t version = file.attribute("format_version");
  if (version != shard_format_version)
    throw DataError(
        "the shard {} has format version {}, but this fedfr reads version {}: convert it, or use the fedfr "
        "that wrote it",
        path.string(), version, shard_format_version);
  if (file.attribute("height") != size.height || file.attribute("width") != size.width)
    throw DataError("the shard {} has images of another size than its dataset.json says", path.string());
  index_ = read_index(file, encoding);
  if (!is_consistent(index_, encoding) || index_.checksum() != file.read<std::uint32_t>("index_crc").at(0))
    throw DataError("the index of the shard {} is damaged", path.string());
  data_begin_ = file.data_offset(encoding == Encoding::raw ? "images" : "jpeg");
  checked_ = std::make_unique<std::atomic<bool>[]>(index_.block_crcs.size());
}

std::pair<std::int64_t, std::int64_t> ShardFile::extent(std::int64_t image) const {
  if (index_.jpeg_offsets.empty()) return {data_begin_ + image * size_.bytes(), size_.bytes()};
  const auto i = static_cast<std::size_t>(image);
  return {data_begin_ + index_.jpeg_offsets[i], index_.jpeg_offsets[i + 1] - index_.jpeg_offsets[i]};
}

std::string ShardFile::describe_block(std::int64_t block) const {
  const std::int64_t first = block * shard_block_images;
  const std::int64_t last = std::min(first + shard_block_images, index_.images) - 1;
  return fmt::format("block {} (images {} to {}, client {} to {}) is damaged: its checksum differs", block,
                     first, last, index_.client_of(first), index_.client_of(last));
}

bool ShardFile::block_is_sound(std::int64_t block) const {
  const std::int64_t first = block * shard_block_images;
  const std::int64_t last = std::min(first + shard_block_images, index_.images) - 1;
  const std::int64_t begin = extent(first).first;
  const auto [last_begin, last_bytes] = extent(last);
  std::vector<std::byte> bytes(static_cast<std::size_t>(last_begin + last_bytes - begin));
  read_exactly(file_, path_, begin, bytes);
  return crc32c(bytes) == index_.block_crcs[static_cast<std::size_t>(block)];
}

void ShardFile::check_once(std::int64_t image) const {
  const std::int64_t block = image / shard_block_images;
  auto& checked = checked_[static_cast<std::size_t>(block)];
  if (checked.load(std::memory_order_relaxed)) return;
  if (!block_is_sound(block))
    throw DataError("{}: {}; restore the file or make it anew", path_.string(), describe_block(block));
  checked.store(true, std::memory_order_relaxed);
}

std::vector<std::uint8_t> ShardFile::read_stored(std::int64_t image) const {
  check_once(image);
  const auto [begin, bytes] = extent(image);
  std::vector<std::uint8_t> stored(static_cast<std::size_t>(bytes));
  read_exactly(file_, path_, begin, std::as_writable_bytes(std::span(stored)));
  return stored;
}

void ShardFile::read(std::int64_t image, std::span<std::uint8_t> out) const {
  if (index_.jpeg_offsets.empty()) {
    check_once(image);
    read_exactly(file_, path_, extent(image).first, std::as_writable_bytes(out));
    return;
  }
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

std::vector<std::string> ShardFile::client_names() const {
  const std::lock_guard lock(hdf5_mutex());
  return Hdf5File::open(path_).read_strings("client_name");
}

std::vector<std::string> ShardFile::identity_names() const {
  const std::lock_guard lock(hdf5_mutex());
  return Hdf5File::open(path_).read_strings("identity_name");
}

std::vector<std::string> ShardFile::source_names() const {
  const std::lock_guard lock(hdf5_mutex());
  return Hdf5File::open(path_).read_strings("source_name");
}

std::vector<std::string> ShardFile::damaged_blocks() const {
  std::vector<std::string> damaged;
  for (std::int64_t block = 0; block < std::ssize(index_.block_crcs); ++block)
    if (!block_is_sound(block)) damaged.push_back(describe_block(block));
  return damaged;
}

}  // namespace fedfr::data
