// The size of a data set has to be known before HDF5 makes it, but not where it lies: the first one of a file
// lies behind what was written before, however long it is. So images are written to their place in the shard
// as they come, and the index waits in nameless files, so that memory does not grow with the shard. In the
// end HDF5 writes a shard that has a hole for the pixels, and what is around the hole is put around the
// pixels.
#include "shard_writer.hpp"

#include <algorithm>
#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "shard_file.hpp"

namespace fedfr::data {

namespace {

constexpr std::size_t bytes_at_once = std::size_t{1} << 16U;

std::uint32_t extend(std::uint32_t crc, std::string_view text) {
  return crc32c(std::as_bytes(std::span(text)), crc);
}

template <class T>
std::uint32_t extend(std::uint32_t crc, const std::vector<T>& numbers) {
  return crc32c(std::as_bytes(std::span(numbers)), crc);
}

template <class T>
std::uint32_t extend(std::uint32_t crc, const Column<T>& column) {
  auto reader = column.reader();
  while (!reader.at_end()) crc = extend(crc, reader.take_up_to(bytes_at_once));
  return crc;
}

template <class T>
void write_column(Hdf5Writer& file, const char* name, const Column<T>& column) {
  file.write_column<T>(name, column.size(), bytes_at_once / sizeof(T),
                       [reader = column.reader()](std::span<std::uint8_t> rows) mutable {
                         std::ranges::copy(reader.take(rows.size()), rows.begin());
                       });
}

/// What a shard has before its index.
/// @returns where the pixels belong
std::int64_t begin_shard(Hdf5Writer& file, ImageSize size, Encoding encoding, std::int64_t bytes,
                         std::int64_t images) {
  file.set_attribute("format_version", shard_format_version);
  file.set_attribute("height", size.height);
  file.set_attribute("width", size.width);
  if (encoding == Encoding::jpeg) return file.make_room("jpeg", {static_cast<hsize_t>(bytes)});
  return file.make_room("images", {static_cast<hsize_t>(images), 3, static_cast<hsize_t>(size.height),
                                   static_cast<hsize_t>(size.width)});
}

/// Where the pixels of any such shard will begin, as far as one tells: one of a megabyte.
std::int64_t likely_begin(const std::filesystem::path& shard, ImageSize size, Encoding encoding) {
  constexpr std::int64_t bytes = std::int64_t{1} << 20;
  const TemporaryFile tried(shard.string() + ".tried");
  Hdf5Writer file(tried.path());
  return begin_shard(file, size, encoding, bytes, bytes / size.bytes() + 1);
}

}  // namespace

ShardWriter::ShardWriter(std::filesystem::path path, ImageSize size, Encoding encoding)
    : path_(std::move(path)),
      size_(size),
      encoding_(encoding),
      pixels_(path_, likely_begin(path_, size, encoding)),
      labels_(path_.parent_path()),
      subsets_(path_.parent_path()),
      jpeg_offsets_(path_.parent_path()),
      block_crcs_(path_.parent_path()),
      source_names_(path_.parent_path()) {
  if (encoding == Encoding::jpeg) jpeg_offsets_.add(0);
}

void ShardWriter::begin_client(std::int64_t id, const std::string& name,
                               const std::vector<std::string>& identity_names) {
  client_ids_.push_back(id);
  client_offsets_.push_back(images());
  identity_offsets_.push_back(identities_);
  client_names_.append(name).push_back('\0');
  for (const auto& identity : identity_names) identity_names_.append(identity).push_back('\0');
  identities_ += std::ssize(identity_names);
}

void ShardWriter::add(const NewImage& image) {
  if (encoding_ == Encoding::raw && std::ssize(image.pixels) != size_.bytes())
    throw DataError("an image of {} bytes does not fit a dataset of {}x{} pixels", image.pixels.size(),
                    size_.height, size_.width);
  const auto bytes = std::as_bytes(std::span(image.pixels));
  pixels_.add(bytes);
  if (encoding_ == Encoding::jpeg) jpeg_offsets_.add(pixels_.size());
  labels_.add(image.label);
  subsets_.add(image.subset);
  block_crcs_.add(crc32c(bytes));
  source_names_.add(image.source_name);
  longest_source_name_ = std::max(longest_source_name_, image.source_name.size());
}

ShardEntry ShardWriter::finish() {
  // One entry more than there are clients: the end of the last one.
  client_offsets_.push_back(images());
  identity_offsets_.push_back(identities_);
  set_checksums();
  const TemporaryFile without_pixels(path_.string() + ".index");
  const auto begin = write_shard(without_pixels.path());
  pixels_.finish(without_pixels.path(), begin);
  return {.file = path_.filename().string(),
          .first_client = client_ids_.front(),
          .clients = std::ssize(client_ids_),
          .images = images(),
          .identities = identities_,
          .bytes = static_cast<std::int64_t>(std::filesystem::file_size(path_)),
          .index_crc = index_crc_};
}

/// Of the same content in the same order as ShardNames::checksum and ShardIndex::checksum.
void ShardWriter::set_checksums() {
  auto crc = extend(extend(0, client_names_), identity_names_);
  source_names_.for_each(
      [&](std::string_view name) { crc = extend(extend(crc, name), std::string_view("\0", 1)); });
  name_crc_ = crc;
  crc = extend(0, labels_);
  crc = extend(crc, subsets_);
  crc = extend(crc, client_ids_);
  crc = extend(crc, client_offsets_);
  crc = extend(crc, identity_offsets_);
  crc = extend(crc, jpeg_offsets_);
  crc = extend(crc, block_crcs_);
  index_crc_ = crc32c(std::as_bytes(std::span(&name_crc_, 1)), crc);
}

void ShardWriter::write_names(Hdf5Writer& file) const {
  file.write_strings("client_name", client_names_);
  file.write_strings("identity_name", identity_names_);
  file.write_strings("source_name", longest_source_name_, source_names_.size(),
                     [reader = source_names_.reader()]() mutable { return reader.next(); });
}

/// All but the pixels.
/// @returns where these belong
std::int64_t ShardWriter::write_shard(const std::filesystem::path& path) {
  Hdf5Writer file(path);
  const auto begin = begin_shard(file, size_, encoding_, bytes(), images());
  if (encoding_ == Encoding::jpeg) write_column(file, "jpeg_offset", jpeg_offsets_);
  write_column(file, "label", labels_);
  write_column(file, "subset", subsets_);
  file.write<std::int64_t>("client_id", client_ids_);
  file.write<std::int64_t>("client_offset", client_offsets_);
  file.write<std::int64_t>("identity_offset", identity_offsets_);
  write_column(file, "block_crc", block_crcs_);
  write_names(file);
  file.write<std::uint32_t>("name_crc", std::span(&name_crc_, 1));
  file.write<std::uint32_t>("index_crc", std::span(&index_crc_, 1));
  file.flush();
  return begin;
}

}  // namespace fedfr::data
