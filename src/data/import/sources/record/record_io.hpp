#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "data/import/sources/bytes.hpp"

/// MXNet's RecordIO: records behind a magic word and their length, each with a header (labels, number) before
/// the bytes of an image. Source: dmlc-core's recordio.h, and IRHeader of mxnet.recordio.
namespace fedfr::data {

/// What a record says before its image.
struct RecordHeader {
  std::int64_t number = 0;  ///< of the record in its file, from 0
  std::int64_t offset = 0;  ///< of its first byte
  std::uint64_t id = 0;
  std::uint32_t labels = 0;      ///< how many; 0: the header's own one, in label[0]
  std::array<float, 2> label{};  ///< the first two
  std::int64_t bytes = 0;        ///< of all of it in the file
  std::int64_t image_bytes = 0;  ///< 0: a record of headers, as the first or last of a set
};

/// The image in the bytes of a record.
/// @returns nothing where it is in several parts, or is none: RecordReader puts it together, or says what is
///          wrong
std::optional<std::span<const std::byte>> image_of_whole_record(std::span<const std::byte> record);

class RecordReader {
 public:
  /// @param bytes  must outlive this
  explicit RecordReader(const Bytes& bytes) : bytes_(bytes) {}

  /// The header of the next record; nothing at the end. The bytes of images are passed over.
  /// @throws DataError naming file, offset and record: not RecordIO, of another program, or it ends early
  std::optional<RecordHeader> next();

  /// The image of the record at this offset, its parts put together.
  /// @throws DataError as `next`
  std::string read_image(std::int64_t offset) const;

 private:
  const Bytes& bytes_;
  std::int64_t offset_ = 0;
  std::int64_t number_ = 0;
};

}  // namespace fedfr::data
