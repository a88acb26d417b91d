// Reads the form that job files and sweep files have. People write them with any editor, and may name a file
// by mistake that is something else altogether: a line is looked at as a whole before any part of it is
// shown. The form is the least that they need, so that a line means what it shows: `#` inside a word (a
// colour, a path) is no comment, and quotes are only needed for what would else be taken away or be a
// comment.
#include "fedfr/core/ini_file.hpp"

#include <algorithm>

#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr {

namespace {

constexpr std::size_t longest_line = 1U << 16U;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// As much of a line as a message needs.
std::string shown(std::string_view text) {
  constexpr std::size_t longest = 100;
  return printable(text.substr(0, longest)) + (text.size() > longest ? "..." : "");
}

void refuse_what_is_no_text(std::string_view line, const std::string& where) {
  if (line.size() > longest_line)
    throw UsageError("{}: a line of {} bytes is none of a job file: is this another file?", where,
                     line.size());
  const auto bad = std::ranges::find_if(line, [](char c) { return is_control(c) && c != '\f'; });
  if (bad != line.end())
    throw UsageError("{}: holds the control character 0x{:02x}, which no job file has: is this another file?",
                     where, static_cast<unsigned char>(*bad));
}

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || blanks.find(line[i - 1]) != std::string_view::npos))
      return line.substr(0, i);
  return line;
}

/// What stands between quotes.
/// @param text  begins with the quote; ends with the line
std::string quoted(std::string_view text, const std::string& where) {
  const char quote = text.front();
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      const auto rest = text.substr(i + 1);
      if (!rest.starts_with(quote)) {
        if (!trim(without_comment(rest)).empty())
          throw UsageError("{}: '{}' follows the value in quotes; a quote in quotes is doubled", where,
                           shown(trim(rest)));
        return value;
      }
      ++i;
    }
    value += text[i];
  }
  throw UsageError("{}: the quote {} at the beginning of the value has no end", where, quote);
}

IniLine parse_line(std::string_view line, std::string section, const std::string& where) {
  const auto bare = trim(without_comment(line));
  const auto equals = bare.find('=');
  if (equals == std::string_view::npos)
    throw UsageError("{}: '{}' is no line of the form `key = value`", where, shown(bare));
  IniLine parsed{.section = std::move(section),
                 .key = std::string(trim(bare.substr(0, equals))),
                 .value = std::string(trim(bare.substr(equals + 1))),
                 .where = where};
  if (parsed.key.empty()) throw UsageError("{}: '{}' has no key before its =", where, shown(bare));
  if (!parsed.value.starts_with('"') && !parsed.value.starts_with('\'')) return parsed;
  parsed.quote = parsed.value.front();
  // From the whole line again: a `#` in the quotes begins no comment.
  parsed.value = quoted(trim(line.substr(line.find('=') + 1)), where);
  return parsed;
}

}  // namespace

std::vector<IniLine> parse_ini(std::string_view text, const std::string& name) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    throw UsageError("{}:1: this is UTF-16: save the file as UTF-8", name);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<IniLine> lines;
  std::string section;
  for (int number = 1; !text.empty(); ++number) {
    const auto where = fmt::format("{}:{}", name, number);
    auto line = next_part(text, '\n');
    while (line.ends_with('\r')) line.remove_suffix(1);
    refuse_what_is_no_text(line, where);
    const auto bare = trim(without_comment(line));
    if (bare.empty()) continue;
    if (bare.front() == '[' && bare.back() == ']')
      section = trim(bare.substr(1, bare.size() - 2));
    else
      lines.push_back(parse_line(line, section, where));
  }
  return lines;
}

std::string ini_value(std::string_view value) {
  const bool bare = trim(value) == value && without_comment(value) == value && !value.starts_with('"') &&
                    !value.starts_with('\'');
  if (bare) return std::string(value);
  std::string text = "\"";
  for (const char c : value) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

}  // namespace fedfr
