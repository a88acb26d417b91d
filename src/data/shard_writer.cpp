#include "shard_writer.hpp"

#include <utility>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"

namespace fedfr::data {

ShardWriter::ShardWriter(std::filesystem::path path, ImageSize size, Encoding encoding)
    : path_(std::move(path)),
      spool_path_(path_.string() + ".spool"),
      size_(size),
      encoding_(encoding),
      spool_(spool_path_, std::ios::binary) {
  if (!spool_) throw DataError("cannot create {}", spool_path_.string());
}

void ShardWriter::begin_client(std::int64_t id, const std::string& name,
                               const std::vector<std::string>& identity_names) {
  index_.client_ids.push_back(id);
  index_.client_offsets.push_back(index_.images);
  index_.identity_offsets.push_back(std::ssize(identity_names_));
  client_names_.push_back(name);
  identity_names_.insert(identity_names_.end(), identity_names.begin(), identity_names.end());
}

void ShardWriter::add(const NewImage& image) {
  if (encoding_ == Encoding::raw && std::ssize(image.pixels) != size_.bytes())
    throw DataError("an image of {} bytes does not fit a dataset of {}x{} pixels", image.pixels.size(),
                    size_.height, size_.width);
  spool_.write(reinterpret_cast<const char*>(image.pixels.data()), std::ssize(image.pixels));
  if (!spool_) throw DataError("cannot write {}: is the disk full?", spool_path_.string());
  block_crc_ = crc32c(std::as_bytes(std::span(image.pixels)), block_crc_);
  stored_offsets_.push_back(stored_offsets_.back() + std::ssize(image.pixels));
  index_.labels.push_back(image.label);
  index_.subsets.push_back(static_cast<std::uint8_t>(image.subset));
  source_names_.push_back(image.source_name);
  if (++index_.images % shard_block_images == 0) close_block();
}

void ShardWriter::close_block() {
  index_.block_crcs.push_back(block_crc_);
  block_crc_ = 0;
}

std::uint32_t ShardWriter::finish() {
  if (index_.images % shard_block_images != 0) close_block();
  index_.client_offsets.push_back(index_.images);
  index_.identity_offsets.push_back(std::ssize(identity_names_));
  if (encoding_ == Encoding::jpeg) index_.jpeg_offsets = stored_offsets_;
  spool_.close();
  if (!spool_) throw DataError("cannot write {}: is the disk full?", spool_path_.string());
  std::ifstream spooled(spool_path_, std::ios::binary);
  const auto fill = [&](std::span<std::uint8_t> rows) {
    spooled.read(reinterpret_cast<char*>(rows.data()), std::ssize(rows));
    if (!spooled) throw DataError("cannot read back {}", spool_path_.string());
  };
  const std::uint32_t checksum = index_.checksum();
  replace_file(path_, [&](const std::filesystem::path& temporary) {
    Hdf5File file = Hdf5File::create(temporary);
    file.set_attribute("format_version", shard_format_version);
    file.set_attribute("height", size_.height);
    file.set_attribute("width", size_.width);
    file.set_attribute("block_images", shard_block_images);
    if (encoding_ == Encoding::raw) {
      file.write_rows("images",
                      {static_cast<hsize_t>(index_.images), 3, static_cast<hsize_t>(size_.height),
                       static_cast<hsize_t>(size_.width)},
                      shard_block_images, fill);
    } else {
      constexpr std::size_t part = std::size_t{1} << 22;
      file.write_rows("jpeg", {static_cast<hsize_t>(stored_offsets_.back())}, part, fill);
      file.write<std::int64_t>("jpeg_offset", index_.jpeg_offsets);
    }
    file.write<std::int32_t>("label", index_.labels);
    file.write<std::uint8_t>("subset", index_.subsets);
    file.write<std::int64_t>("client_id", index_.client_ids);
    file.write<std::int64_t>("client_offset", index_.client_offsets);
    file.write<std::int64_t>("identity_offset", index_.identity_offsets);
    file.write_strings("client_name", client_names_);
    file.write_strings("identity_name", identity_names_);
    file.write_strings("source_name", source_names_);
    file.write<std::uint32_t>("block_crc", index_.block_crcs);
    file.write<std::uint32_t>("index_crc", std::span(&checksum, 1));
    file.flush();
  });
  std::filesystem::remove(spool_path_);
  return checksum;
}

}  // namespace fedfr::data
