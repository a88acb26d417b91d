#include "fedfr/run/job_file.hpp"

#include <fmt/format.h>

#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/run/option_table.hpp"
#include "text.hpp"

namespace fedfr::run {

namespace {

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || blanks.find(line[i - 1]) != std::string_view::npos))
      return line.substr(0, i);
  return line;
}

Setting parse_line(std::string_view line, const std::string& where) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos)
    throw UsageError("{}: '{}' is no line of the form `key = value`", where, line);
  const OptionSpec& spec = known_option(trim(line.substr(0, equals)), where);
  return {spec.name, std::string(trim(line.substr(equals + 1))), where};
}

}  // namespace

std::vector<Setting> parse_job_file(std::string_view text, const std::string& name) {
  std::vector<Setting> settings;
  std::map<std::string, std::string> seen;
  for (int number = 1; !text.empty(); ++number) {
    const auto line = trim(without_comment(next_part(text, '\n')));
    if (line.empty() || (line.front() == '[' && line.back() == ']')) continue;
    Setting setting = parse_line(line, fmt::format("{}:{}", name, number));
    const auto [first, fresh] = seen.emplace(setting.name, setting.where);
    if (!fresh && !find_option(setting.name)->repeats())
      throw UsageError("{}: {} was set before, at {}: remove one of the two", setting.where, setting.name,
                       first->second);
    settings.push_back(std::move(setting));
  }
  return settings;
}

}  // namespace fedfr::run
