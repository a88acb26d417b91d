#include "fedfr/nn/tensor_header.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <tuple>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"

// What a safetensors header may say, checked before anybody believes it. The order of the tests is the idea:
// the length against the file, the shape against what can be counted, the place against the shape, and at
// last all places together, which have to fill the data without a gap or an overlap; so nothing that is
// allocated later exceeds the file. Source: the format's description in the safetensors repository (Hugging
// Face).
namespace fedfr::nn {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr const char* metadata_key = "__metadata__";
constexpr std::int64_t longest_header = 100'000'000;
constexpr std::size_t most_dimensions = 16;
constexpr JsonLimits limits{.depth = 3};  // header, tensor, shape

struct Type {
  std::string_view name;
  TensorType type;
  std::int64_t bytes;  // of one value
};
constexpr Type types[] = {
    {"F32", TensorType::float32, 4},  {"I64", TensorType::int64, 8},   {"U8", TensorType::uint8, 1},
    {"F64", TensorType::float64, 8},  {"F16", TensorType::float16, 2}, {"BF16", TensorType::bfloat16, 2},
    {"I32", TensorType::int32, 4},    {"I16", TensorType::int16, 2},   {"I8", TensorType::int8, 1},
    {"BOOL", TensorType::boolean, 1},
};
constexpr std::ptrdiff_t own_types = 3;

const Type& type_of(const std::string& tensor, const std::string& name, TensorTypes wanted) {
  const auto* const end = wanted == TensorTypes::any ? std::end(types) : types + own_types;
  const auto* const found = std::ranges::find(types, end, name, &Type::name);
  if (found == end) throw DataError("'{}' is of type {}, which fedfr does not read", tensor, name);
  return *found;
}

const Type& type_of(TensorType type) { return *std::ranges::find(types, type, &Type::type); }

/// The bytes of a tensor. Zeros are counted as ones until the end: LibTorch multiplies the other dimensions,
/// too.
std::int64_t bytes_of(const std::string& tensor, const std::vector<std::int64_t>& shape, const Type& type) {
  if (shape.size() > most_dimensions)
    throw DataError("'{}' has {} dimensions, more than {}", tensor, shape.size(), most_dimensions);
  std::int64_t bytes = type.bytes;
  for (const std::int64_t size : shape) {
    if (size < 0) throw DataError("'{}' has a dimension of {}", tensor, size);
    if (size > 1 && bytes > std::numeric_limits<std::int64_t>::max() / size)
      throw DataError("the size of '{}' is beyond all bounds", tensor);
    bytes *= std::max<std::int64_t>(size, 1);
  }
  return std::ranges::count(shape, 0) > 0 ? 0 : bytes;
}

struct Placed {
  std::int64_t begin = 0;
  TensorEntry tensor;
};

Placed placed_tensor(const std::string& name, const nlohmann::json& entry, TensorTypes wanted) {
  const Type& type = type_of(name, entry.at("dtype").get<std::string>(), wanted);
  const auto extent = whole_numbers<std::int64_t>(entry.at("data_offsets"));
  Placed placed{.begin = extent.empty() ? -1 : extent[0],
                .tensor = {name, type.type, whole_numbers<std::int64_t>(entry.at("shape")), 0}};
  placed.tensor.bytes = bytes_of(name, placed.tensor.shape, type);
  if (extent.size() != 2 || extent[0] < 0 || extent[1] < extent[0] ||
      extent[1] - extent[0] != placed.tensor.bytes)
    throw DataError("the place of '{}' in the file does not fit its shape", name);
  return placed;
}

void refuse_nulls(const std::string& text, const char* what) {
  if (text.find('\0') != std::string::npos) throw DataError("{} has a null character", what);
}

TensorHeader header_from(const nlohmann::json& json, std::int64_t data_bytes, TensorTypes wanted) {
  if (!json.is_object()) throw DataError("its header is no JSON object");
  TensorHeader header;
  std::vector<Placed> placed;
  for (const auto& [name, entry] : json.items()) {
    if (name == metadata_key) {
      header.metadata = entry.get<std::map<std::string, std::string>>();
      continue;
    }
    refuse_nulls(name, "the name of a tensor");
    placed.push_back(placed_tensor(name, entry, wanted));
  }
  for (const auto& [key, text] : header.metadata) {
    refuse_nulls(key, "a key of its metadata");
    refuse_nulls(text, "its metadata");
  }
  // By size too, since an empty tensor begins where the next one does, and by name, so that files of equal
  // content give equal headers.
  std::ranges::sort(placed, {}, [](const Placed& one) {
    return std::tuple(one.begin, one.tensor.bytes, std::string_view(one.tensor.name));
  });
  std::int64_t end = 0;
  for (auto& [begin, tensor] : placed) {
    if (begin != end)
      throw DataError("there is {} before the data of '{}'", begin < end ? "an overlap" : "a gap",
                      tensor.name);
    if (tensor.bytes > data_bytes - end)
      throw DataError("the data of '{}' would end behind the end of the file: is it truncated?", tensor.name);
    end += tensor.bytes;
    header.tensors.push_back(std::move(tensor));
  }
  if (end != data_bytes) throw DataError("it holds {} bytes of data instead of {}", data_bytes, end);
  return header;
}

}  // namespace

std::string_view name(TensorType type) { return type_of(type).name; }
std::int64_t bytes_of(TensorType type) { return type_of(type).bytes; }

std::int64_t tensor_header_length(std::uint64_t stored, std::int64_t file_bytes) {
  if (file_bytes < 8 || stored > static_cast<std::uint64_t>(file_bytes - 8))
    throw DataError("its header would be longer than the file: it is truncated or no safetensors file");
  if (stored > longest_header)
    throw DataError("its header of {} bytes is longer than {}", stored, longest_header);
  return static_cast<std::int64_t>(stored);
}

TensorHeader parse_tensor_header(std::string_view text, std::int64_t data_bytes, TensorTypes wanted) {
  try {
    return header_from(parse_json(text, limits), data_bytes, wanted);
  } catch (const nlohmann::json::exception& e) {
    throw DataError("its header is no such of a safetensors file: {}", e.what());
  }
}

std::string to_text(const TensorHeader& header) {
  nlohmann::ordered_json json;
  std::int64_t begin = 0;
  for (const auto& tensor : header.tensors) {
    json[tensor.name] = {{"dtype", type_of(tensor.type).name},
                         {"shape", tensor.shape},
                         {"data_offsets", {begin, begin + tensor.bytes}}};
    begin += tensor.bytes;
  }
  json[metadata_key] = header.metadata;
  try {
    std::string text = json.dump();
    // So that the data begin at a multiple of 8, where a program that maps the file can use them in place.
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
  } catch (const nlohmann::json::exception& e) {
    throw DataError("names and metadata of tensors must be UTF-8: {}", e.what());
  }
}

std::uint32_t tensors_checksum(const TensorHeader& header, std::span<const std::uint32_t> data_crcs) {
  std::vector<std::size_t> by_name(header.tensors.size());
  std::iota(by_name.begin(), by_name.end(), std::size_t{0});
  std::ranges::sort(by_name, {}, [&](std::size_t i) { return std::string_view(header.tensors[i].name); });
  std::string text;
  for (const std::size_t i : by_name) {
    const auto& tensor = header.tensors[i];
    text += fmt::format("{} {} {}\n", tensor.name, type_of(tensor.type).name, data_crcs[i]);
    for (const auto size : tensor.shape) text += fmt::format(" {}", size);
    text += '\n';
  }
  return crc32c(std::as_bytes(std::span(text)));
}

}  // namespace fedfr::nn
