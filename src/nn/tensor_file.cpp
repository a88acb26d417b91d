// The format itself is tensor_header.cpp; here LibTorch's tensors meet it. Data are written and read where
// they lie, in one pass that also makes the checksum.
#include "fedfr/nn/tensor_file.hpp"

#include <ATen/ops/empty.h>
#include <sys/stat.h>

#include <cstddef>
#include <span>
#include <stdexcept>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/nn/tensor_header.hpp"

namespace fedfr::nn {

namespace {

/// In the metadata: of all tensors by name; older files have one of the data as they lie, in an order that
/// other programs change.
constexpr const char* checksum_key = "tensors_crc32c";
constexpr const char* old_checksum_key = "crc32c";

struct Type {
  TensorType in_file;
  at::ScalarType in_memory;
};
constexpr Type types[] = {
    {TensorType::float32, at::kFloat}, {TensorType::int64, at::kLong},
    {TensorType::uint8, at::kByte},    {TensorType::float64, at::kDouble},
    {TensorType::float16, at::kHalf},  {TensorType::bfloat16, at::kBFloat16},
    {TensorType::int32, at::kInt},     {TensorType::int16, at::kShort},
    {TensorType::int8, at::kChar},     {TensorType::boolean, at::kBool},
};

std::span<std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

}  // namespace

TensorType tensor_type(at::ScalarType in_memory) {
  for (const auto& type : types)
    if (type.in_memory == in_memory) return type.in_file;
  throw std::logic_error("a tensor of a type that a tensor file cannot hold");
}

at::ScalarType scalar_type(TensorType in_file) {
  for (const auto& type : types)
    if (type.in_file == in_file) return type.in_memory;
  throw std::logic_error("a type without its like in LibTorch");
}

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
  Encoded encoded;
  TensorHeader header{.tensors = {}, .metadata = content.metadata};
  std::vector<std::uint32_t> crcs;
  for (const auto& [name, tensor] : content.tensors) {
    encoded.host.push_back(tensor.detach().cpu().contiguous());
    const auto bytes = bytes_of(encoded.host.back());
    header.tensors.push_back(
        {name, tensor_type(tensor.scalar_type()), tensor.sizes().vec(), std::ssize(bytes)});
    crcs.push_back(crc32c(bytes));
  }
  header.metadata[checksum_key] = std::to_string(tensors_checksum(header, crcs));
  encoded.header = to_text(header);
  encoded.length = encoded.header.size();
  return encoded;
}

}  // namespace

void save(const std::filesystem::path& path, const TensorFile& content) {
  const Encoded encoded = encode(content);
  replace_file(path, encoded.pieces());
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

/// A tensor file that occupies some bytes of a file.
struct Opened {
  const FileDescriptor& file;
  const std::filesystem::path& path;
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

/// Runs `read`, with the name of the file in its errors.
template <class Read>
auto naming(const std::filesystem::path& path, Read&& read) {
  try {
    return read();
  } catch (const AccessError&) {
    throw;
  } catch (const DataError& e) {
    throw DataError("cannot use {}: {}", path.string(), e.what());
  }
}

std::string read_header(const Opened& from) {
  std::uint64_t stored = 0;
  // A shorter file has the length 0 here, which is refused for its size.
  if (from.size >= 8)
    read_exactly(from.file, from.path, from.begin, std::as_writable_bytes(std::span(&stored, 1)));
  std::string text(static_cast<std::size_t>(tensor_header_length(stored, from.size)), '\0');
  read_exactly(from.file, from.path, from.begin + 8, std::as_writable_bytes(std::span(text)));
  return text;
}

TensorHeader parse(const Opened& from, std::string_view text, TensorTypes wanted = TensorTypes::own) {
  return parse_tensor_header(text, from.size - 8 - std::ssize(text), wanted);
}

/// Compares the checksum that the file has, if any, with those of what was read.
void check(TensorHeader& header, std::span<const std::uint32_t> crcs, std::uint32_t crc_as_they_lie) {
  const auto now = header.metadata.extract(checksum_key);
  const auto old = header.metadata.extract(old_checksum_key);
  if (now && now.mapped() != std::to_string(tensors_checksum(header, crcs)))
    throw DataError(
        "it is damaged: its checksum differs; if you changed the weights, leave '{}' out of the metadata",
        checksum_key);
  if (!now && old && old.mapped() != std::to_string(crc_as_they_lie))
    throw DataError(
        "it is damaged: its checksum differs; if another program saved the weights of an older fedfr anew, "
        "leave "
        "'{}' out of the metadata",
        old_checksum_key);
}

TensorFile decode(const Opened& from, std::string_view text, TensorTypes wanted = TensorTypes::own) {
  TensorHeader header = parse(from, text, wanted);
  TensorFile content;
  std::int64_t at = from.begin + 8 + std::ssize(text);
  std::vector<std::uint32_t> crcs;
  std::uint32_t crc_as_they_lie = 0;
  for (const auto& entry : header.tensors) {
    // Truth values come as bytes, of which all but 0 and 1 mean nothing to LibTorch.
    const bool is_boolean = entry.type == TensorType::boolean;
    const at::Tensor tensor = at::empty(entry.shape, is_boolean ? at::kByte : scalar_type(entry.type));
    const auto bytes = bytes_of(tensor);
    read_exactly(from.file, from.path, at, bytes);
    crcs.push_back(crc32c(bytes));
    crc_as_they_lie = crc32c(bytes, crc_as_they_lie);
    at += entry.bytes;
    content.tensors.emplace_back(entry.name, is_boolean ? tensor.to(at::kBool) : tensor);
  }
  check(header, crcs, crc_as_they_lie);
  content.metadata = std::move(header.metadata);
  return content;
}

std::int64_t size_of(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode))
    throw DataError("{} is no regular file, which weights have to be", path.string());
  return found.st_size;
}

}  // namespace

TensorFile load(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  return naming(path, [&] {
    const Opened all{file, path, 0, size_of(file, path)};
    return decode(all, read_header(all));
  });
}

TensorFile load_any(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  return naming(path, [&] {
    const Opened all{file, path, 0, size_of(file, path)};
    return decode(all, read_header(all), TensorTypes::any);
  });
}

TensorFile load_at(const FileDescriptor& file, const std::filesystem::path& path, const Extent& extent) {
  return naming(path, [&] {
    const std::int64_t size = size_of(file, path);
    if (extent.offset < 0 || extent.offset > size || extent.bytes > size - extent.offset)
      throw DataError("a part of it would end behind its end: is it truncated?");
    const Opened part{file, path, extent.offset, extent.bytes};
    const std::string text = read_header(part);
    if (crc32c(std::as_bytes(std::span(text))) != extent.header_checksum)
      throw DataError("it is damaged: the checksum of a header differs");
    return decode(part, text);
  });
}

TensorHeader load_header(const std::filesystem::path& path) {
  const FileDescriptor file = open_for_reading(path);
  return naming(path, [&] {
    const Opened all{file, path, 0, size_of(file, path)};
    return parse(all, read_header(all));
  });
}

std::map<std::string, std::string> load_metadata(const std::filesystem::path& path) {
  return load_header(path).metadata;
}

}  // namespace fedfr::nn
