#include "fedfr/run/options/job_file.hpp"

#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/run/options/option_table.hpp"

// A job file is the command line in another form: the same names, the same values, each with its place for
// messages. The form itself is that of all our INI files (core/ini_file.hpp).
namespace fedfr::run {

std::string path_value(const IniLine& line) {
  return line.quote == '\'' ? line.value : expand_path(line.value, line.where, line.quote == '\0');
}

std::vector<Setting> parse_job_file(std::string_view text, const std::string& name) {
  std::vector<Setting> settings;
  std::map<std::string, std::string> seen;
  for (auto& line : parse_ini(text, name)) {
    const OptionSpec& spec = known_option(line.key, line.where);
    const auto [first, fresh] = seen.emplace(spec.name, line.where);
    if (!fresh && !spec.repeats())
      throw UsageError("{}: {} was set before, at {}: remove one of the two", line.where, spec.name,
                       first->second);
    if (spec.is_path()) line.value = path_value(line);
    settings.push_back({spec.name, std::move(line.value), std::move(line.where)});
  }
  return settings;
}

}  // namespace fedfr::run
