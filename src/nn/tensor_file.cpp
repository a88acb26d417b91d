#include "fedfr/nn/tensor_file.hpp"

#include <ATen/ops/empty.h>

#include <array>
#include <bit>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"

namespace fedfr::nn {

using Json = nlohmann::ordered_json;

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr const char* checksum_key = "crc32c";

struct Type {
  const char* name;
  at::ScalarType type;
};
constexpr Type types[] = {{"F32", at::kFloat}, {"I64", at::kLong}, {"U8", at::kByte}};

const char* type_name(const at::Tensor& tensor) {
  for (const auto& entry : types)
    if (entry.type == tensor.scalar_type()) return entry.name;
  throw std::logic_error("a tensor file holds float32, int64 and uint8 only");
}

at::ScalarType type_of(const std::string& name, const std::filesystem::path& path) {
  for (const auto& entry : types)
    if (name == entry.name) return entry.type;
  throw DataError("{} holds a tensor of type {}, which fedfr does not read", path.string(), name);
}

std::span<std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

/// The header, and the tensors read into memory of their declared sizes.
struct Parsed {
  TensorFile content;
  std::string checksum;
};

Parsed parse_header(const Json& header, std::int64_t data_bytes, const std::filesystem::path& path) {
  Parsed parsed;
  std::int64_t expected = 0;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      for (const auto& [key, text] : entry.items()) parsed.content.metadata[key] = text.get<std::string>();
      continue;
    }
    const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
    const at::Tensor tensor = at::empty(shape, type_of(entry.at("dtype").get<std::string>(), path));
    const auto range = entry.at("data_offsets").get<std::array<std::int64_t, 2>>();
    if (range[0] != expected || range[1] - range[0] != static_cast<std::int64_t>(tensor.nbytes()))
      throw DataError("{} is damaged: the extent of {} does not fit its shape", path.string(), name);
    expected = range[1];
    parsed.content.tensors.emplace_back(name, tensor);
  }
  if (expected != data_bytes)
    throw DataError("{} is damaged: it holds {} bytes of data instead of {}", path.string(), data_bytes,
                    expected);
  if (const auto found = parsed.content.metadata.extract(checksum_key)) parsed.checksum = found.mapped();
  return parsed;
}

}  // namespace

bool TensorFile::has(const std::string& name) const {
  for (const auto& [own, tensor] : tensors)
    if (own == name) return true;
  return false;
}

const at::Tensor& TensorFile::at(const std::string& name) const {
  for (const auto& [own, tensor] : tensors)
    if (own == name) return tensor;
  throw std::out_of_range("no tensor named " + name);
}

const std::string& TensorFile::text(const std::string& key) const { return metadata.at(key); }

namespace {

/// A tensor file in memory, without a copy of tensors that lie on the host.
struct Encoded {
  std::string header;
  std::uint64_t length = 0;
  std::vector<at::Tensor> host;

  std::vector<std::span<const std::byte>> pieces() const {
    std::vector<std::span<const std::byte>> pieces{std::as_bytes(std::span(&length, 1)),
                                                   std::as_bytes(std::span(header))};
    for (const auto& tensor : host) pieces.push_back(bytes_of(tensor));
    return pieces;
  }
};

Encoded encode(const TensorFile& content) {
  Json header;
  Encoded encoded;
  std::uint32_t crc = 0;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : content.tensors) {
    encoded.host.push_back(tensor.detach().cpu().contiguous());
    const auto bytes = bytes_of(encoded.host.back());
    header[name] = {{"dtype", type_name(tensor)},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + bytes.size()}}};
    offset += bytes.size();
    crc = crc32c(bytes, crc);
  }
  auto metadata = content.metadata;
  metadata[checksum_key] = std::to_string(crc);
  header["__metadata__"] = metadata;
  encoded.header = header.dump();
  encoded.header.resize((encoded.header.size() + 7) / 8 * 8, ' ');  // the format wants aligned data
  encoded.length = encoded.header.size();
  return encoded;
}

}  // namespace

void save(const std::filesystem::path& path, const TensorFile& content) {
  const Encoded encoded = encode(content);
  replace_file(path,
               [&](const std::filesystem::path& temporary) { write_pieces(temporary, encoded.pieces()); });
}

Extent save_at(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t offset,
               const TensorFile& content) {
  const Encoded encoded = encode(content);
  Extent extent{
      .offset = offset, .bytes = 0, .header_checksum = crc32c(std::as_bytes(std::span(encoded.header)))};
  for (const auto piece : encoded.pieces()) {
    write_exactly(file, path, offset + extent.bytes, piece);
    extent.bytes += std::ssize(piece);
  }
  return extent;
}

namespace {

/// The header of a tensor file that occupies some bytes of a file.
struct Opened {
  std::int64_t begin = 0;
  std::int64_t size = 0;
  std::string header;
  std::int64_t data_begin() const { return begin + 8 + std::ssize(header); }
  std::int64_t data_bytes() const { return size - 8 - std::ssize(header); }
};

Opened read_header(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t begin,
                   std::int64_t size) {
  Opened opened{begin, size, {}};
  std::uint64_t length = 0;
  if (size < 8) throw DataError("{} is not a weights file: it has {} bytes", path.string(), size);
  read_exactly(file, path, begin, std::as_writable_bytes(std::span(&length, 1)));
  if (length > static_cast<std::uint64_t>(size - 8))
    throw DataError("{} is truncated or not a weights file (safetensors)", path.string());
  opened.header.resize(length);
  read_exactly(file, path, begin + 8, std::as_writable_bytes(std::span(opened.header)));
  return opened;
}

std::int64_t size_of(const std::filesystem::path& path) {
  return static_cast<std::int64_t>(std::filesystem::file_size(path));
}

/// Runs `parse` on the header; what the JSON library finds wrong becomes an error that names the file.
template <class Parse>
auto with_header(const Opened& opened, const std::filesystem::path& path, Parse&& parse) {
  try {
    return parse(Json::parse(opened.header));
  } catch (const Json::exception& e) {
    throw DataError("{} is not a weights file (safetensors): {}", path.string(), e.what());
  }
}

TensorFile decode(const FileDescriptor& file, const std::filesystem::path& path, const Opened& opened) {
  Parsed parsed = with_header(
      opened, path, [&](const Json& header) { return parse_header(header, opened.data_bytes(), path); });
  std::int64_t at = opened.data_begin();
  std::uint32_t crc = 0;
  for (auto& [name, tensor] : parsed.content.tensors) {
    read_exactly(file, path, at, bytes_of(tensor));
    crc = crc32c(bytes_of(tensor), crc);
    at += static_cast<std::int64_t>(tensor.nbytes());
  }
  if (!parsed.checksum.empty() && parsed.checksum != std::to_string(crc))
    throw DataError("{} is damaged: its checksum differs", path.string());
  return std::move(parsed.content);
}

}  // namespace

TensorFile load(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  return decode(file, path, read_header(file, path, 0, size_of(path)));
}

TensorFile load_at(const FileDescriptor& file, const std::filesystem::path& path, const Extent& extent) {
  const Opened opened = read_header(file, path, extent.offset, extent.bytes);
  if (crc32c(std::as_bytes(std::span(opened.header))) != extent.header_checksum)
    throw DataError("{} is damaged: the checksum of a header differs", path.string());
  return decode(file, path, opened);
}

std::map<std::string, std::string> load_metadata(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  return with_header(read_header(file, path, 0, size_of(path)), path, [](const Json& header) {
    return header.value("__metadata__", std::map<std::string, std::string>{});
  });
}

}  // namespace fedfr::nn
