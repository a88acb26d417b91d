#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The header of a tensor file (tensor_file.hpp), without LibTorch and without files: what it says is
/// compared with the size of the file here, before anything is allocated or read for it.
namespace fedfr::nn {

/// The first three are what fedfr writes; the others are those of files by others.
enum class TensorType : std::uint8_t {
  float32,
  int64,
  uint8,
  float64,
  float16,
  bfloat16,
  int32,
  int16,
  int8,
  boolean
};

std::string_view name(TensorType type);  ///< as in the format: "F32"
std::int64_t bytes_of(TensorType type);  ///< of one value

/// Whose files: what reads fedfr's own expects none of the other types.
enum class TensorTypes { own, any };

struct TensorEntry {
  std::string name;
  TensorType type{};
  std::vector<std::int64_t> shape;
  std::int64_t bytes = 0;
};

struct TensorHeader {
  std::vector<TensorEntry> tensors;  ///< in the order of their data, which lie one after the other
  std::map<std::string, std::string> metadata;
};

/// How long the header is.
/// @param stored      the first 8 bytes of a tensor file
/// @param file_bytes  of the whole tensor file
/// @throws DataError without the file's name if it would not fit the file, or be longer than 100 MB, as the
/// specification has it
std::int64_t tensor_header_length(std::uint64_t stored, std::int64_t file_bytes);

/// @param text        the header
/// @param data_bytes  of the file behind it
/// @throws DataError without the file's name, unless the tensors fill the data without a gap or an overlap,
/// with shapes that can be counted (at most 16 dimensions) and names without null characters
TensorHeader parse_tensor_header(std::string_view text, std::int64_t data_bytes,
                                 TensorTypes types = TensorTypes::own);

/// The text of the header, padded with blanks to a multiple of 8 bytes.
/// @throws DataError if a name or the metadata are not UTF-8
std::string to_text(const TensorHeader& header);

/// CRC32C of all tensors by name: of name, type, shape, and the CRC32C of the data. It stays the same when
/// another program puts the tensors into another order, or adds to the metadata.
/// @param data_crcs  of the data of each tensor, in the header's order
std::uint32_t tensors_checksum(const TensorHeader& header, std::span<const std::uint32_t> data_crcs);

}  // namespace fedfr::nn
