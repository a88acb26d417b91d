// Images go to a spool file as they come, and from there into the shard in one piece, so that memory does not
// grow with the shard and the pixels lie in the file as they are read.
#include "shard_writer.hpp"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr::data {

ShardWriter::ShardWriter(std::filesystem::path path, ImageSize size, Encoding encoding)
    : path_(std::move(path)),
      spool_path_(path_.string() + ".spool"),
      size_(size),
      encoding_(encoding),
      spool_(::open(spool_path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (encoding == Encoding::jpeg) index_.jpeg_offsets.push_back(0);
  if (!spool_) throw DataError("cannot create {}: {}", spool_path_.string(), system_reason());
}

void ShardWriter::begin_client(std::int64_t id, const std::string& name,
                               const std::vector<std::string>& identity_names) {
  index_.client_ids.push_back(id);
  index_.client_offsets.push_back(index_.images());
  index_.identity_offsets.push_back(std::ssize(names_.identities));
  names_.clients.push_back(name);
  names_.identities.insert(names_.identities.end(), identity_names.begin(), identity_names.end());
}

void ShardWriter::add(const NewImage& image) {
  if (encoding_ == Encoding::raw && std::ssize(image.pixels) != size_.bytes())
    throw DataError("an image of {} bytes does not fit a dataset of {}x{} pixels", image.pixels.size(),
                    size_.height, size_.width);
  write_exactly(spool_, spool_path_, bytes_, std::as_bytes(std::span(image.pixels)));
  bytes_ += std::ssize(image.pixels);
  if (encoding_ == Encoding::jpeg) index_.jpeg_offsets.push_back(bytes_);
  index_.labels.push_back(image.label);
  index_.subsets.push_back(image.subset);
  index_.block_crcs.push_back(crc32c(std::as_bytes(std::span(image.pixels))));
  source_names_.append(image.source_name).push_back('\0');
}

ShardEntry ShardWriter::finish() {
  // One entry more than there are clients: the end of the last one.
  index_.client_offsets.push_back(index_.images());
  index_.identity_offsets.push_back(std::ssize(names_.identities));
  index_.name_crc = crc32c(std::as_bytes(std::span(source_names_)), names_.checksum());
  replace_file(path_, [&](const std::filesystem::path& temporary) { write_shard(temporary); });
  std::filesystem::remove(spool_path_);
  return {.file = path_.filename().string(),
          .first_client = index_.client_ids.front(),
          .clients = std::ssize(index_.client_ids),
          .images = index_.images(),
          .identities = std::ssize(names_.identities),
          .bytes = static_cast<std::int64_t>(std::filesystem::file_size(path_)),
          .index_crc = index_.checksum()};
}

void ShardWriter::write_images(Hdf5Writer& file) {
  const auto fill = [&, at = std::int64_t{0}](std::span<std::uint8_t> rows) mutable {
    read_exactly(spool_, spool_path_, at, std::as_writable_bytes(rows));
    at += std::ssize(rows);
  };
  if (encoding_ == Encoding::raw) {
    constexpr std::size_t images_at_once = 64;
    file.write_rows("images",
                    {static_cast<hsize_t>(index_.images()), 3, static_cast<hsize_t>(size_.height),
                     static_cast<hsize_t>(size_.width)},
                    images_at_once, fill);
  } else {
    constexpr std::size_t bytes_at_once = std::size_t{1} << 22;
    file.write_rows("jpeg", {static_cast<hsize_t>(bytes_)}, bytes_at_once, fill);
    file.write<std::int64_t>("jpeg_offset", index_.jpeg_offsets);
  }
}

void ShardWriter::write_shard(const std::filesystem::path& path) {
  Hdf5Writer file(path);
  file.set_attribute("format_version", shard_format_version);
  file.set_attribute("height", size_.height);
  file.set_attribute("width", size_.width);
  write_images(file);
  file.write<std::int32_t>("label", index_.labels);
  file.write<Subset>("subset", index_.subsets);
  file.write<std::int64_t>("client_id", index_.client_ids);
  file.write<std::int64_t>("client_offset", index_.client_offsets);
  file.write<std::int64_t>("identity_offset", index_.identity_offsets);
  file.write<std::uint32_t>("block_crc", index_.block_crcs);
  file.write_strings("client_name", names_.clients);
  file.write_strings("identity_name", names_.identities);
  file.write_strings("source_name", source_names_);
  file.write<std::uint32_t>("name_crc", std::span(&index_.name_crc, 1));
  const std::uint32_t checksum = index_.checksum();
  file.write<std::uint32_t>("index_crc", std::span(&checksum, 1));
  file.flush();
}

}  // namespace fedfr::data
