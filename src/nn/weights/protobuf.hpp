#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fedfr::nn {

/// A message of Protocol Buffers being written, field by field: of the few kinds of fields that ONNX has.
/// Source: the encoding of Protocol Buffers ("Encoding" in its documentation).
class Message {
 public:
  Message& number(unsigned field, std::int64_t value) {
    key(field, 0);
    variable_length(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& real(unsigned field, float value) {
    static_assert(std::endian::native == std::endian::little);
    key(field, 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Message& text(unsigned field, std::string_view value) {
    key(field, 2);
    variable_length(value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(unsigned field, const Message& value) { return text(field, value.bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  void key(unsigned field, unsigned kind) { variable_length(std::uint64_t{field} << 3U | kind); }
  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  void variable_length(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

}  // namespace fedfr::nn
