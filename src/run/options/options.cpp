#include "fedfr/run/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/ini_file.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/run/options/option_table.hpp"

// Where a value comes from (defaults, preset, job file, command line, each stronger than the one before), and
// what a run remembers of its options: the record, which repeats it, and the hash over those that decide its
// results.
namespace fedfr::run {

namespace {

/// One line of a job file for each value.
std::vector<std::string> lines(const Options& options, const OptionSpec& spec) {
  std::vector<std::string> texts = value_texts(options, spec);
  if (texts.empty()) texts.emplace_back();
  for (auto& text : texts) {
    const auto value = ini_value(spec.is_path() ? escape_path(text) : text);
    text = fmt::format("{} ={}{}", spec.name, value.empty() ? "" : " ", value);
  }
  return texts;
}

/// The defaults with what `chosen` implies.
Options preset_options(const Options& chosen) {
  Options options;
  for (const auto& preset : presets()) {
    if (value_texts(chosen, *find_option(preset.option)).front() != preset.value) continue;
    for (const auto& [name, value] : preset.implied) assign(options, {name, value, "preset"});
  }
  return options;
}

void assign_all(Options& options, std::span<const Setting> job_file, std::span<const Setting> command_line) {
  for (const auto& setting : job_file) assign(options, setting);
  for (const auto& setting : command_line)
    if (const OptionSpec* spec = find_option(setting.name); spec != nullptr && spec->repeats())
      assign(options, {setting.name, "", setting.where});
  for (const auto& setting : command_line) assign(options, setting);
}

}  // namespace

std::string Configuration::named(const std::string& option) const {
  const auto found = where.find(option);
  if (found == where.end() || found->second == "command line") return "--" + option;
  return fmt::format("{}: {}", found->second, option);
}

Configuration resolve(std::span<const Setting> job_file, std::span<const Setting> command_line) {
  Options chosen;  // read once without presets, to know which of them apply
  assign_all(chosen, job_file, command_line);
  Configuration result{.options = preset_options(chosen), .where = {}};
  assign_all(result.options, job_file, command_line);
  for (const auto settings : {job_file, command_line})
    for (const auto& setting : settings) result.where[setting.name] = setting.where;
  return result;
}

std::string record(const Options& options) {
  std::string text = fmt::format("{}; as a job file it repeats the run.\n", record_title);
  std::string section;
  for (const auto& spec : option_table()) {
    if (spec.section != section) text += fmt::format("\n[{}]\n", section = spec.section);
    for (const auto& line : lines(options, spec)) text += line + '\n';
  }
  return text;
}

std::vector<std::string> changed_settings(const Options& options) {
  const Options usual = preset_options(options);
  std::vector<std::string> changed;
  for (const auto& spec : option_table()) {
    const auto now = lines(options, spec);
    if (now != lines(usual, spec)) changed.insert(changed.end(), now.begin(), now.end());
  }
  return changed;
}

std::vector<Difference> differences(const Options& before, const Options& now) {
  std::vector<Difference> found;
  for (const auto& spec : option_table()) {
    const auto old_values = value_texts(before, spec), new_values = value_texts(now, spec);
    if (old_values == new_values) continue;
    found.push_back({spec.name, fmt::format("{}", fmt::join(old_values, ", ")),
                     fmt::format("{}", fmt::join(new_values, ", ")), spec.effect});
  }
  return found;
}

std::string config_hash(const Options& options) {
  std::string text;
  for (const auto& spec : option_table()) {
    if (spec.effect != Effect::results) continue;
    for (const auto& line : lines(options, spec)) text += line + '\n';
  }
  return hex16(hash64(std::as_bytes(std::span(text))));
}

}  // namespace fedfr::run
