// The least that job files need, so that a line means what it shows: no quotes, no escapes, no sections in
// sections, and `#` inside a word (a colour, a path) is no comment.
#include "fedfr/core/ini_file.hpp"

#include "fedfr/core/error.hpp"
#include "fedfr/core/text.hpp"

namespace fedfr {

namespace {

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || blanks.find(line[i - 1]) != std::string_view::npos))
      return line.substr(0, i);
  return line;
}

}  // namespace

std::vector<IniLine> parse_ini(std::string_view text, const std::string& name) {
  std::vector<IniLine> lines;
  std::string section;
  for (int number = 1; !text.empty(); ++number) {
    const auto line = trim(without_comment(next_part(text, '\n')));
    if (line.empty()) continue;
    if (line.front() == '[' && line.back() == ']') {
      section = trim(line.substr(1, line.size() - 2));
      continue;
    }
    const auto where = fmt::format("{}:{}", name, number);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      throw UsageError("{}: '{}' is no line of the form `key = value`", where, line);
    lines.push_back({section, std::string(trim(line.substr(0, equals))),
                     std::string(trim(line.substr(equals + 1))), where});
  }
  return lines;
}

}  // namespace fedfr
