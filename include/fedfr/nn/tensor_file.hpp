#pragma once
#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fedfr/core/file.hpp"
#include "fedfr/nn/tensor_header.hpp"

namespace fedfr::nn {

/// Named tensors and text in one file: the safetensors format (Hugging Face, "safetensors" specification 0.4:
/// an 8-byte little-endian header length, a JSON header, the raw little-endian data), so that any tool of the
/// field reads weights, client states and checkpoints. The metadata carry a CRC32C of the tensors, which
/// holds when another program saves them anew, in whatever order (tensor_header.hpp).
struct TensorFile {
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< of fedfr's own: float32, int64, uint8
  std::map<std::string, std::string> metadata;

  bool has(const std::string& name) const;
  const at::Tensor& at(const std::string& name) const;    ///< @throws std::out_of_range
  const std::string& text(const std::string& key) const;  ///< metadata; @throws std::out_of_range
};

/// Durable: a crash leaves the old file or the new one.
/// @throws DataError naming the path
void save(const std::filesystem::path& path, const TensorFile& content);

/// Allocates no more than the file has bytes.
/// @throws DataError naming the path: missing, truncated, not this format, checksum differs
TensorFile load(const std::filesystem::path& path);

/// The same for files of other programs, whose tensors may be of any type that TensorType has.
TensorFile load_any(const std::filesystem::path& path);

at::ScalarType scalar_type(TensorType type);
/// @throws std::logic_error for a type that a tensor file cannot hold
TensorType tensor_type(at::ScalarType type);

/// Where a tensor file lies within another file.
struct Extent {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::uint32_t header_checksum = 0;  ///< CRC32C of its JSON header, which holds that of the data
};

/// Writes a tensor file into an open file, without syncing it.
/// @throws DataError naming the path
Extent save_at(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t offset,
               const TensorFile& content);

/// @throws DataError naming the path if anything in the extent differs from what `save_at` wrote
TensorFile load_at(const FileDescriptor& file, const std::filesystem::path& path, const Extent& extent);

/// Only the header; the data are neither read nor checked.
/// @throws DataError naming the path
TensorHeader load_header(const std::filesystem::path& path);
std::map<std::string, std::string> load_metadata(const std::filesystem::path& path);

}  // namespace fedfr::nn
