#pragma once
#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::pickle {

/// The bytes of a pickle, taken from the front: opcodes, and what follows them. What is not there is an error
/// that names the opcode's offset.
class Input {
 public:
  Input(std::span<const std::byte> bytes, std::size_t begin) : bytes_(bytes), at_(begin) {}

  char take_opcode() {
    opcode_at_ = at_;
    return take(1).front();
  }
  std::size_t opcode_at() const { return opcode_at_; }
  std::size_t at() const { return at_; }  ///< of the next byte
  std::size_t size() const { return bytes_.size(); }

  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> text, Args&&... args) const {
    throw DataError("at its byte {}: {}", opcode_at_, fmt::format(text, std::forward<Args>(args)...));
  }

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) fail("the pickle ends within a value: is the file truncated?");
    const auto part = bytes_.subspan(at_, count);
    at_ += count;
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

  template <class Number>
  Number take_number() {
    Number number{};
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }

  template <class Length>
  std::string_view take_counted() {
    return take(take_number<Length>());
  }

  std::string_view take_line() {
    const auto rest = bytes_.subspan(at_);
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    const auto end = text.find('\n');
    if (end == std::string_view::npos) fail("a line does not end");
    take(end + 1);
    return text.substr(0, end);
  }

  template <class Number>
  Number take_decimal(std::string_view line) const {
    Number number{};
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc{} || end != line.data() + line.size())
      fail("'{}' is no number of 64 bits", printable(line.substr(0, 40)));
    return number;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_;
  std::size_t opcode_at_ = 0;
};

}  // namespace fedfr::pickle
