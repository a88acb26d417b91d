#include "pickle_text.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <utility>

// How Python writes texts into pickles. Source: pickletools (stringnl, unicodestringnl) and the table of
// escapes in the language's reference, "String and Bytes literals".
namespace fedfr::pickle {

namespace {

void append_utf8(std::string& out, std::uint32_t character) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto add_tail = [&](unsigned shift) { add(0x80U | ((character >> shift) & 0x3FU)); };
  if (character < 0x80) return add(character);
  if (character < 0x800) {
    add(0xC0U | (character >> 6U));
  } else if (character < 0x10000) {
    add(0xE0U | (character >> 12U));
    add_tail(6);
  } else {
    add(0xF0U | (character >> 18U));
    add_tail(12);
    add_tail(6);
  }
  add_tail(0);
}

/// Takes `digits` digits off the front of `rest`.
std::optional<std::uint32_t> take_number(std::string_view& rest, std::size_t digits, int base) {
  std::uint32_t number = 0;
  const auto* end = rest.data() + std::min(digits, rest.size());
  const auto [at, error] = std::from_chars(rest.data(), end, number, base);
  if (rest.size() < digits || error != std::errc{} || at != end) return std::nullopt;
  rest.remove_prefix(digits);
  return number;
}

/// Takes what follows a backslash off the front of `rest`.
bool append_escape(std::string& out, std::string_view& rest) {
  constexpr std::string_view names = "\\'\"abfnrtv";
  constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
  if (rest.empty()) return false;
  const char kind = rest.front();
  if (const auto at = names.find(kind); at != std::string_view::npos) {
    out += meanings[at];
    rest.remove_prefix(1);
    return true;
  }
  std::optional<std::uint32_t> byte;
  if (kind == 'x') {
    rest.remove_prefix(1);
    byte = take_number(rest, 2, 16);
  } else {
    byte = take_number(rest,
                       rest.substr(0, 3).find_first_not_of("01234567") == std::string_view::npos ? 3 : 1, 8);
  }
  if (byte) out += static_cast<char>(*byte);
  return byte.has_value();
}

}  // namespace

std::optional<std::string> unquoted(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != literal.back() ||
      (literal.front() != '\'' && literal.front() != '"'))
    return std::nullopt;
  std::string_view rest = literal.substr(1, literal.size() - 2);
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\')
      out += c;
    else if (!append_escape(out, rest))
      return std::nullopt;
  }
  return out;
}

std::optional<std::string> from_raw_unicode(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    const char kind = c == '\\' && !text.empty() ? text.front() : '\0';
    if (kind != 'u' && kind != 'U') {
      append_utf8(out, static_cast<unsigned char>(c));
      continue;
    }
    text.remove_prefix(1);
    const auto character = take_number(text, kind == 'u' ? 4 : 8, 16);
    if (!character || *character > 0x10FFFF) return std::nullopt;
    append_utf8(out, *character);
  }
  return out;
}

std::optional<std::string> to_latin_1(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      out += text[i];
      continue;
    }
    // U+0080 to U+00FF are two bytes, of which the first is C2 or C3.
    const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if ((first != 0xC2 && first != 0xC3) || (second & 0xC0U) != 0x80) return std::nullopt;
    out += static_cast<char>(((first & 0x03U) << 6U) | (second & 0x3FU));
    ++i;
  }
  return out;
}

}  // namespace fedfr::pickle
