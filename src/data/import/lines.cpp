#include "lines.hpp"

#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"
#include "sources/bytes.hpp"

namespace fedfr::data {

namespace {

void for_each_line(const Bytes& bytes,
                   const std::function<void(std::string_view line, std::int64_t number)>& take) {
  constexpr std::int64_t step = std::int64_t{1} << 16;
  std::string text;
  std::int64_t number = 0;
  const auto hand_on = [&](std::string_view line) {
    if (++number == 1) line = without_byte_order_mark(line);
    if (line.size() > longest_list_line)
      throw DataError("{}, line {}: a line of {} bytes or more is none of a list: is this another file?",
                      bytes.name(), number, line.size());
    if (const auto content = trim(line); !content.empty()) take(line, number);
  };
  for (std::int64_t at = 0; at < bytes.size();) {
    const auto before = text.size();
    text.resize(before + static_cast<std::size_t>(std::min(step, bytes.size() - at)));
    bytes.read(at, std::as_writable_bytes(std::span(text)).subspan(before));
    at += static_cast<std::int64_t>(text.size() - before);
    std::string_view rest = text;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      hand_on(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    if (at == bytes.size() || rest.size() > longest_list_line) {
      if (!rest.empty()) hand_on(rest);
      rest = {};
    }
    text.erase(0, text.size() - rest.size());
  }
}

}  // namespace

void for_each_line(const std::filesystem::path& path,
                   const std::function<void(std::string_view line, std::int64_t number)>& take) {
  for_each_line(FileBytes(path), take);
}

void for_each_line(std::string_view text, std::string_view name,
                   const std::function<void(std::string_view line, std::int64_t number)>& take) {
  for_each_line(MemoryBytes(std::string(name), std::as_bytes(std::span(text))), take);
}

}  // namespace fedfr::data
