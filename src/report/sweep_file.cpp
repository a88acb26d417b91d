// The sections of a sweep file and their keys. Nothing is multiplied here: how many cells the axes make is
// for `expand`.
#include "fedfr/report/sweep_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/program_options/parsers.hpp>
#include <charconv>
#include <map>

#include "fedfr/core/error.hpp"
#include "fedfr/core/ini_file.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/options/option_table.hpp"

namespace fedfr::report {

namespace {

constexpr auto split_settings = std::to_array<std::string_view>(
    {"recipe", "seed", "public", "public-parts", "heldout", "test-images", "test-share", "min-images",
     "max-images", "public-min-images", "public-max-images", "heldout-min-images", "heldout-max-images",
     "alpha-identities", "pairs", "lfw-pairs", "alpha-images"});

constexpr int most_ranks = 1'000'000;

/// Options that the sweep itself decides.
constexpr std::array<std::string_view, 2> own_options{"output", "dry-run"};

template <class T>
T count_from(const IniLine& line, T most) {
  T number{};
  const char* end = line.value.data() + line.value.size();
  const auto [stop, failed] = std::from_chars(line.value.data(), end, number);
  if (failed != std::errc{} || stop != end || number < 1 || number > most)
    throw UsageError("{}: {} = {}: expected a whole number from 1 to {}", line.where, line.key, line.value,
                     most);
  return number;
}

/// As a shell takes them: with quotes, and a backslash before a blank or a quote.
std::vector<std::string> words(const IniLine& line) {
  try {
    return boost::program_options::split_unix(line.value);
  } catch (const std::exception& e) {
    throw UsageError("{}: {} = {}: {}", line.where, line.key, line.value, e.what());
  }
}

[[noreturn]] void refuse_key(const IniLine& line, std::string_view known) {
  throw UsageError("{}: unknown key '{}' in [{}]; it takes {}", line.where, line.key, line.section, known);
}

void set_sweep(SweepFile& file, const IniLine& line) {
  if (line.key == "job")
    file.job = tidy_path(run::path_value(line));
  else if (line.key == "output")
    file.output = tidy_path(run::path_value(line));
  else if (line.key == "ranks")
    file.ranks = count_from(line, most_ranks);
  else if (line.key == "launcher")
    file.launcher = words(line);
  else if (line.key == "sbatch")
    file.sbatch = words(line);
  else if (line.key == "combine" && (line.value == "grid" || line.value == "list"))
    file.grid = line.value == "grid";
  else if (line.key == "combine")
    throw UsageError("{}: combine = {}: expected grid or list", line.where, line.value);
  else
    refuse_key(line, "job, output, ranks, launcher, sbatch and combine");
}

bool is_path_of_split(std::string_view setting) { return setting == "lfw-pairs"; }

void set_data(DataSettings& data, const IniLine& line) {
  if (line.key == "source")
    data.source = tidy_path(run::path_value(line));
  else if (line.key == "total-identities")
    data.total_identities = count_from(line, most_of_a_kind);
  else if (line.key == "identities-per-client")
    data.identities_per_client = count_from(line, most_of_a_kind);
  else if (is_split_setting(line.key))
    data.split.push_back(
        {line.key, is_path_of_split(line.key) ? run::path_value(line) : line.value, line.where});
  else
    refuse_key(line, fmt::format("source, total-identities, identities-per-client, {}",
                                 fmt::join(split_settings, ", ")));
}

const run::OptionSpec& option_of(const IniLine& line) {
  if (std::ranges::find(own_options, line.key) != std::end(own_options))
    throw UsageError("{}: {} is for the sweep to decide", line.where, line.key);
  return run::known_option(line.key, line.where);
}

/// Refuses an axis of no known name.
/// @returns whether its values are paths
bool takes_paths(const IniLine& line) {
  constexpr std::string_view split = "split-";
  if (line.key == "clients-count") return false;
  if (line.key.starts_with(split)) {
    const auto setting = std::string_view(line.key).substr(split.size());
    if (is_split_setting(setting)) return is_path_of_split(setting);
    throw UsageError("{}: '{}' names no setting of the split; there are {}", line.where, line.key,
                     fmt::join(split_settings, ", "));
  }
  return option_of(line).is_path();
}

/// Values are separated by commas, or by semicolons where a value itself has commas.
Axis axis_from(const IniLine& line) {
  const bool paths = takes_paths(line);
  Axis axis{.name = line.key, .values = {}, .where = line.where};
  const char separator = line.value.find(';') == std::string::npos ? ',' : ';';
  for (std::string_view rest = line.value; !rest.empty();) {
    const std::string value(trim(next_part(rest, separator)));
    axis.values.push_back(paths ? tidy_path(expand_path(value, line.where)).string() : value);
    if (axis.values.back().empty()) throw UsageError("{}: {} has an empty value", line.where, line.key);
    if (axis.values.size() > most_cells)
      throw UsageError("{}: {} has more than {} values", line.where, line.key, most_cells);
    if (std::ranges::count(axis.values, axis.values.back()) > 1)
      throw UsageError("{}: {} has the value {} twice", line.where, line.key, axis.values.back());
  }
  if (axis.values.empty()) throw UsageError("{}: {} has no values", line.where, line.key);
  return axis;
}

void check_complete(const SweepFile& file) {
  const auto name = file.path.string();
  if (file.job.empty()) throw UsageError("{}: [Sweep] names no base job file: job = JOB.cfg", name);
  if (file.output.empty()) throw UsageError("{}: [Sweep] names no folder: output = DIR", name);
  if (file.axes.empty()) throw UsageError("{}: [Axes] is missing or empty: what is to be varied?", name);
  if (file.launcher.empty()) throw UsageError("{}: launcher is empty", name);
  if (file.data && file.data->source.empty())
    throw UsageError("{}: [Data] names no collection to split: source = DATASET", name);
  if (file.data && file.data->total_identities.has_value() == file.data->identities_per_client.has_value())
    throw UsageError("{}: [Data] needs either total-identities or identities-per-client", name);
  for (const auto& axis : file.axes) {
    if (!file.data && (axis.name == "clients-count" || axis.name.starts_with("split-")))
      throw UsageError("{}: {} needs a section [Data] that says how to make the clients", axis.where,
                       axis.name);
    if (!file.grid && axis.values.size() != file.axes.front().values.size())
      throw UsageError("{}: combine = list needs axes of one length, but {} has {} values and {} has {}",
                       axis.where, file.axes.front().name, file.axes.front().values.size(), axis.name,
                       axis.values.size());
  }
}

}  // namespace

bool is_split_setting(std::string_view name) {
  return std::ranges::find(split_settings, name) != std::end(split_settings);
}

SweepFile parse_sweep_file(std::string_view text, const std::filesystem::path& path) {
  SweepFile file{.path = path, .text = std::string(text), .job = {}, .output = {}};
  std::map<std::pair<std::string, std::string>, std::string> seen;  // where each key of a section was set
  for (const auto& line : parse_ini(text, path.string())) {
    const auto [before, fresh] = seen.try_emplace({line.section, line.key}, line.where);
    if (!fresh && !(line.section == "Options" && line.key == "benchmark"))
      throw UsageError("{}: {} was set before, at {}: remove one of the two", line.where, line.key,
                       before->second);
    if (line.section == "Sweep") {
      set_sweep(file, line);
    } else if (line.section == "Data") {
      set_data(file.data ? *file.data : file.data.emplace(), line);
    } else if (line.section == "Options") {
      const bool is_path = option_of(line).is_path();
      file.options.push_back({line.key, is_path ? run::path_value(line) : line.value, line.where});
    } else if (line.section == "Axes") {
      file.axes.push_back(axis_from(line));
    } else {
      throw UsageError(
          "{}: '{}' is in the section [{}]; a sweep file has [Sweep], [Data], [Options] and [Axes]",
          line.where, line.key, line.section);
    }
  }
  check_complete(file);
  return file;
}

}  // namespace fedfr::report
