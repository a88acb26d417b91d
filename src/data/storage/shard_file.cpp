// A shard's index is read and checked as a whole when the shard is opened; pixels are then read by their
// places in the file, around the HDF5 library, which would let in one thread at a time.
#include "shard_file.hpp"

#include <algorithm>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"

namespace fedfr::data {

namespace {

ShardIndex read_index(const Hdf5Reader& file, const ShardEntry& entry, Encoding encoding) {
  ShardIndex index;
  index.labels = file.read<std::int32_t>("label", entry.images);
  index.subsets = file.read<Subset>("subset", entry.images);
  index.client_ids = file.read<std::int64_t>("client_id", entry.clients);
  index.client_offsets = file.read<std::int64_t>("client_offset", entry.clients + 1);
  index.identity_offsets = file.read<std::int64_t>("identity_offset", entry.clients + 1);
  if (encoding == Encoding::jpeg)
    index.jpeg_offsets = file.read<std::int64_t>("jpeg_offset", entry.images + 1);
  index.block_crcs = file.read<std::uint32_t>("block_crc", entry.images);
  index.name_crc = file.read<std::uint32_t>("name_crc", 1)[0];
  return index;
}

/// From 0 to `end`, never falling.
bool are_offsets(const std::vector<std::int64_t>& offsets, std::int64_t end) {
  return offsets.front() == 0 && offsets.back() == end && std::ranges::is_sorted(offsets);
}

/// Whether every label has an identity: in a set of clients, among those of its client.
bool labels_fit(const ShardIndex& index, const Manifest& manifest) {
  for (std::size_t c = 0; c < index.client_ids.size(); ++c) {
    const std::int64_t identities = manifest.role == Role::clients
                                        ? index.identity_offsets[c + 1] - index.identity_offsets[c]
                                        : std::ssize(manifest.identities);
    for (auto i = index.client_offsets[c]; i < index.client_offsets[c + 1]; ++i)
      if (const auto label = index.labels[static_cast<std::size_t>(i)]; label < 0 || label >= identities)
        return false;
  }
  return true;
}

/// The checksums say that an index is what was written, not that it makes sense: whoever writes a shard to do
/// harm computes them too.
void check_sense(const ShardIndex& index, const Manifest& manifest, const ShardEntry& entry,
                 const std::filesystem::path& path) {
  const auto require = [&](bool sensible, const char* what) {
    if (!sensible)
      throw DataError("the index of the shard {} makes no sense: {}; make the dataset anew", path.string(),
                      what);
  };
  std::int64_t id = entry.first_client;
  require(std::ranges::all_of(index.client_ids, [&](auto found) { return found == id++; }),
          "its clients are not numbered one after the other");
  require(are_offsets(index.client_offsets, index.images()), "clients lie outside of its images");
  require(are_offsets(index.identity_offsets, entry.identities), "clients have others' identities");
  require(
      std::ranges::all_of(index.subsets, [](Subset s) { return s == Subset::train || s == Subset::test; }),
      "an image is neither for training nor for testing");
  require(labels_fit(index, manifest), "a label has no identity");
  if (manifest.encoding == Encoding::jpeg)
    require(are_offsets(index.jpeg_offsets, index.jpeg_offsets.back()), "images overlap");
}

/// Names from before they were refused where they are written.
void make_utf8(std::vector<std::string>& names) {
  for (auto& name : names)
    if (!is_utf8(name)) name = printable(name);
}

template <class T>
std::uint32_t add(std::uint32_t crc, const std::vector<T>& values) {
  return crc32c(std::as_bytes(std::span(values)), crc);
}

std::uint32_t add(std::uint32_t crc, const std::vector<std::string>& texts) {
  for (const auto& text : texts) crc = crc32c(std::as_bytes(std::span(text.c_str(), text.size() + 1)), crc);
  return crc;
}

void check_attributes(const Hdf5Reader& file, const std::filesystem::path& path, ImageSize size) {
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
  if (failed == std::errc::no_such_file_or_directory)
    throw DataError("there is no shard {}: restore it or make the dataset anew", path.string());
  if (failed) throw AccessError("cannot open the shard {}: {}", path.string(), failed.message());
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
    : path_(folder / manifest.shards[number].file),
      entry_(manifest.shards[number]),
      size_(manifest.size),
      number_(number),
      files_(files) {
  check_length(path_, entry_.bytes);
  const Hdf5Reader file(path_);
  check_attributes(file, path_, size_);
  const std::uint32_t stored = file.read<std::uint32_t>("index_crc", 1)[0];
  index_ = read_index(file, entry_, manifest.encoding);
  const std::uint32_t actual = index_.checksum();
  // Whole in itself, so not damaged, but another shard than the one that was written here.
  if (actual == stored && stored != entry_.index_crc)
    throw DataError("the shard {} is not the one that {} lists: were files of two datasets mixed?",
                    path_.string(), manifest_name);
  if (actual != entry_.index_crc)
    throw DataError("the index of the shard {} is damaged: its checksum differs; restore it", path_.string());
  check_sense(index_, manifest, entry_, path_);
  data_begin_ = find_data(file, manifest.encoding);
}

std::int64_t ShardFile::find_data(const Hdf5Reader& file, Encoding encoding) const {
  if (encoding == Encoding::jpeg)
    return file.bytes_begin("jpeg", {static_cast<hsize_t>(index_.jpeg_offsets.back())});
  return file.bytes_begin("images", {static_cast<hsize_t>(index_.images()), 3,
                                     static_cast<hsize_t>(size_.height), static_cast<hsize_t>(size_.width)});
}

const ShardNames& ShardFile::names() const {
  // By the thread that first asks for them; one that fails leaves it to the next.
  std::call_once(names_once_, [this] {
    const Hdf5Reader file(path_);
    ShardNames names{.clients = file.read_strings("client_name", entry_.clients),
                     .identities = file.read_strings("identity_name", entry_.identities),
                     .sources = file.read_strings("source_name", entry_.images)};
    if (names.checksum() != index_.name_crc)
      throw DataError("the names in the shard {} are damaged: their checksum differs; restore it",
                      path_.string());
    for (auto* list : {&names.clients, &names.identities, &names.sources}) make_utf8(*list);
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
