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

void save(const std::filesystem::path& path, const TensorFile& content) {
  Json header;
  std::vector<at::Tensor> host;
  std::vector<std::span<const std::byte>> pieces(2);
  std::uint32_t crc = 0;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : content.tensors) {
    host.push_back(tensor.detach().cpu().contiguous());
    const auto bytes = bytes_of(host.back());
    header[name] = {{"dtype", type_name(tensor)},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + bytes.size()}}};
    offset += bytes.size();
    crc = crc32c(bytes, crc);
    pieces.push_back(bytes);
  }
  auto metadata = content.metadata;
  metadata[checksum_key] = std::to_string(crc);
  header["__metadata__"] = metadata;
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the format wants the data aligned to 8 bytes
  const std::uint64_t length = text.size();
  pieces[0] = std::as_bytes(std::span(&length, 1));
  pieces[1] = std::as_bytes(std::span(text));
  replace_file(path, [&](const std::filesystem::path& temporary) { write_pieces(temporary, pieces); });
}

namespace {

/// An opened file and its header's text.
struct Opened {
  FileDescriptor file;
  std::int64_t size = 0;
  std::string header;
  std::int64_t data_begin() const { return 8 + std::ssize(header); }
};

Opened open_tensor_file(const std::filesystem::path& path) {
  Opened opened{open_for_reading(path), static_cast<std::int64_t>(std::filesystem::file_size(path)), {}};
  std::uint64_t length = 0;
  if (opened.size < 8)
    throw DataError("{} is not a weights file: it has {} bytes", path.string(), opened.size);
  read_exactly(opened.file, path, 0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > static_cast<std::uint64_t>(opened.size - 8))
    throw DataError("{} is truncated or not a weights file (safetensors)", path.string());
  opened.header.resize(length);
  read_exactly(opened.file, path, 8, std::as_writable_bytes(std::span(opened.header)));
  return opened;
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

}  // namespace

TensorFile load(const std::filesystem::path& path) {
  const Opened opened = open_tensor_file(path);
  Parsed parsed = with_header(opened, path, [&](const Json& header) {
    return parse_header(header, opened.size - opened.data_begin(), path);
  });
  std::int64_t at = opened.data_begin();
  std::uint32_t crc = 0;
  for (auto& [name, tensor] : parsed.content.tensors) {
    read_exactly(opened.file, path, at, bytes_of(tensor));
    crc = crc32c(bytes_of(tensor), crc);
    at += static_cast<std::int64_t>(tensor.nbytes());
  }
  if (!parsed.checksum.empty() && parsed.checksum != std::to_string(crc))
    throw DataError("{} is damaged: its checksum differs", path.string());
  return std::move(parsed.content);
}

std::map<std::string, std::string> load_metadata(const std::filesystem::path& path) {
  return with_header(open_tensor_file(path), path, [](const Json& header) {
    return header.value("__metadata__", std::map<std::string, std::string>{});
  });
}

}  // namespace fedfr::nn
