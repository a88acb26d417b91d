// A record that contains the magic word at a multiple of four is cut there, and the parts are written one
// after the other, so that a reader can find the beginning of a record anywhere: a word of length has in its
// upper three bits whether it is of a whole record (0), the first (1), a middle (2) or the last part (3).
// Between two parts belongs the magic word that was taken out. Parts are padded to multiples of four.
#include "record_io.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <string_view>

#include "fedfr/data/codec/image_codec.hpp"

namespace fedfr::data {

namespace {

constexpr std::uint32_t magic = 0xCED7230A;
constexpr std::int64_t prefix_bytes = 8;  // magic word, length
constexpr std::size_t header_bytes = 24;  // flag, label, id, id2
constexpr unsigned length_bits = 29;

template <class T>
T value_at(std::span<const std::byte> bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// Takes the parts of one record in their order.
class Parts {
 public:
  Parts(const Bytes& bytes, std::int64_t offset, std::int64_t number)
      : bytes_(bytes), begin_(offset), at_(offset), number_(number) {}

  struct Part {
    std::int64_t offset;  ///< of its bytes
    std::int64_t size;
    bool continues;  ///< the magic word belongs before it
  };

  std::optional<Part> next() {
    if (is_last_) return std::nullopt;
    std::array<std::byte, prefix_bytes> prefix{};
    if (bytes_.size() - at_ < prefix_bytes)
      fail(fmt::format("the file ends inside of the record, at {}: is it truncated?", bytes_.size()));
    bytes_.read(at_, prefix);
    if (value_at<std::uint32_t>(prefix, 0) != magic)
      fail(fmt::format("not MXNet's RecordIO: there is no magic word at offset {}", at_));
    const auto word = value_at<std::uint32_t>(prefix, 4);
    const auto kind = word >> length_bits;
    if (kind > 3 || (is_first_ ? kind > 1 : kind < 2))
      fail(fmt::format("a part of kind {} at offset {} does not {} a record", kind, at_,
                       is_first_ ? "begin" : "continue"));
    const Part part{at_ + prefix_bytes, word & ((std::uint32_t{1} << length_bits) - 1), !is_first_};
    at_ = part.offset + (part.size + 3) / 4 * 4;
    if (at_ > bytes_.size())
      fail(fmt::format("it needs {} bytes at offset {}, but the file ends at {}: is it truncated?", part.size,
                       part.offset, bytes_.size()));
    is_last_ = kind == 0 || kind == 3;
    is_first_ = false;
    return part;
  }

  std::int64_t end() const { return at_; }  ///< of the parts taken so far

  [[noreturn]] void fail(const std::string& why) const {
    const auto record = number_ < 0 ? std::string("the record") : fmt::format("record {}", number_);
    throw DataError("{}, {} at offset {}: {}", bytes_.name(), record, begin_, why);
  }

 private:
  const Bytes& bytes_;
  std::int64_t begin_;
  std::int64_t at_;
  std::int64_t number_;
  bool is_first_ = true;
  bool is_last_ = false;
};

/// Two fields of lengths inside of one another, the inner one a text, and another field behind that: what
/// begins a protobuf message with a map of names, as which SageMaker writes tensors behind the same magic
/// word.
bool is_protobuf_map(std::string_view start) {
  if (!start.starts_with('\x0A')) return false;
  std::size_t at = 1;
  while (at < start.size() && (start[at] & 0x80) != 0) ++at;  // a length in groups of seven bits
  start.remove_prefix(std::min(at + 1, start.size()));
  if (start.size() < 3 || start[0] != '\x0A') return false;
  const std::size_t length = static_cast<unsigned char>(start[1]);
  if (length == 0 || length + 3 > start.size() || start[length + 2] != '\x12') return false;
  return std::ranges::all_of(start.substr(2, length), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

std::optional<RecordHeader> RecordReader::next() {
  if (offset_ >= bytes_.size()) return std::nullopt;
  RecordHeader header{.number = number_, .offset = offset_};
  Parts parts(bytes_, offset_, number_);
  std::array<std::byte, header_bytes + 2 * sizeof(float)> start{};
  std::size_t known = 0;
  std::int64_t size = 0;
  const auto append = [&](std::span<const std::byte> bytes) {
    const auto fitting = bytes.first(std::min(bytes.size(), start.size() - known));
    std::ranges::copy(fitting, start.begin() + static_cast<std::ptrdiff_t>(known));
    known += fitting.size();
  };
  while (const auto part = parts.next()) {
    if (part->continues) append(std::as_bytes(std::span(&magic, 1)));
    std::array<std::byte, start.size()> piece;
    const auto wanted =
        std::min<std::int64_t>(part->size, std::ssize(start) - static_cast<std::int64_t>(known));
    append(bytes_.read_some(part->offset, std::span(piece).first(static_cast<std::size_t>(wanted))));
    size += part->size + (part->continues ? std::ssize(std::as_bytes(std::span(&magic, 1))) : 0);
  }
  if (is_protobuf_map({reinterpret_cast<const char*>(start.data()), known}))
    parts.fail(
        "this is SageMaker's protobuf RecordIO, which holds tensors and no images: export images instead");
  if (known < header_bytes)
    parts.fail(fmt::format("its {} bytes are less than the header of MXNet's image records", size));
  header.labels = value_at<std::uint32_t>(start, 0);
  header.label[0] = value_at<float>(start, 4);
  header.id = value_at<std::uint64_t>(start, 8);
  const auto labels_end =
      static_cast<std::int64_t>(header_bytes + sizeof(float) * std::size_t{header.labels});
  if (labels_end > size)
    parts.fail(fmt::format("it says that it has {} labels, but has {} bytes: is it of another program?",
                           header.labels, size));
  for (std::size_t i = 0; i < std::min<std::size_t>(header.labels, 2); ++i)
    header.label[i] = value_at<float>(start, header_bytes + i * sizeof(float));
  header.image_bytes = size - labels_end;
  header.bytes = parts.end() - offset_;
  offset_ = parts.end();
  ++number_;
  return header;
}

std::optional<std::span<const std::byte>> image_of_whole_record(std::span<const std::byte> record) {
  constexpr auto prefix = static_cast<std::size_t>(prefix_bytes);
  if (record.size() < prefix + header_bytes || value_at<std::uint32_t>(record, 0) != magic)
    return std::nullopt;
  const auto size = value_at<std::uint32_t>(record, 4);
  const auto labels_end = header_bytes + sizeof(float) * std::size_t{value_at<std::uint32_t>(record, prefix)};
  const bool is_whole = size >> length_bits == 0;
  if (!is_whole || size > record.size() - prefix || labels_end > size) return std::nullopt;
  return record.subspan(prefix + labels_end, size - labels_end);
}

std::string RecordReader::read_image(std::int64_t offset) const {
  Parts parts(bytes_, offset, -1);
  std::string content;
  while (const auto part = parts.next()) {
    if (content.size() + static_cast<std::size_t>(part->size) > most_bytes_of_image)
      parts.fail("it has more bytes than any image");
    if (part->continues) content.append(reinterpret_cast<const char*>(&magic), sizeof magic);
    const auto before = content.size();
    content.resize(before + static_cast<std::size_t>(part->size));
    bytes_.read(part->offset, std::as_writable_bytes(std::span(content)).subspan(before));
  }
  const auto bytes = std::as_bytes(std::span(content));
  if (bytes.size() < header_bytes) parts.fail("it has no header");
  const auto labels_end = header_bytes + sizeof(float) * std::size_t{value_at<std::uint32_t>(bytes, 0)};
  if (labels_end > bytes.size()) parts.fail("it has fewer labels than it says");
  return content.substr(labels_end);
}

}  // namespace fedfr::data
