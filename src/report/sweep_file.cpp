#include "fedfr/report/sweep_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "fedfr/core/error.hpp"
#include "fedfr/core/ini_file.hpp"
#include "fedfr/core/text.hpp"
#include "fedfr/run/options/option_table.hpp"

namespace fedfr::report {

namespace {

constexpr auto split_settings = std::to_array<std::string_view>(
    {"recipe", "seed", "public", "public-parts", "heldout", "test-images", "test-share", "min-images",
     "max-images", "public-min-images", "public-max-images", "heldout-min-images", "heldout-max-images",
     "alpha-identities", "pairs", "lfw-pairs", "alpha-images"});

/// Options that the sweep itself decides.
constexpr std::array<std::string_view, 2> own_options{"output", "dry-run"};

template <class T>
T whole_number(const IniLine& line, T least) {
  T number{};
  const char* end = line.value.data() + line.value.size();
  const auto [stop, failed] = std::from_chars(line.value.data(), end, number);
  if (failed != std::errc{} || stop != end || number < least)
    throw UsageError("{}: {} = {}: expected a whole number of at least {}", line.where, line.key, line.value,
                     least);
  return number;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  while (!(text = trim(text)).empty()) found.emplace_back(next_part(text, ' '));
  return found;
}

[[noreturn]] void refuse_key(const IniLine& line, std::string_view known) {
  throw UsageError("{}: unknown key '{}' in [{}]; it takes {}", line.where, line.key, line.section, known);
}

void set_sweep(SweepFile& file, const IniLine& line) {
  if (line.key == "job")
    file.job = line.value;
  else if (line.key == "output")
    file.output = line.value;
  else if (line.key == "ranks")
    file.ranks = whole_number(line, 1);
  else if (line.key == "launcher")
    file.launcher = words(line.value);
  else if (line.key == "sbatch")
    file.sbatch = words(line.value);
  else if (line.key == "combine" && (line.value == "grid" || line.value == "list"))
    file.grid = line.value == "grid";
  else if (line.key == "combine")
    throw UsageError("{}: combine = {}: expected grid or list", line.where, line.value);
  else
    refuse_key(line, "job, output, ranks, launcher, sbatch and combine");
}

void set_data(DataSettings& data, const IniLine& line) {
  if (line.key == "source")
    data.source = line.value;
  else if (line.key == "total-identities")
    data.total_identities = whole_number<std::int64_t>(line, 1);
  else if (line.key == "identities-per-client")
    data.identities_per_client = whole_number<std::int64_t>(line, 1);
  else if (is_split_setting(line.key))
    data.split.push_back({line.key, line.value, line.where});
  else
    refuse_key(line, fmt::format("source, total-identities, identities-per-client, {}",
                                 fmt::join(split_settings, ", ")));
}

void check_option(const IniLine& line) {
  run::known_option(line.key, line.where);
  if (std::ranges::find(own_options, line.key) != std::end(own_options))
    throw UsageError("{}: {} is for the sweep to decide", line.where, line.key);
}

void check_axis_name(const IniLine& line) {
  constexpr std::string_view split = "split-";
  if (line.key == "clients-count") return;
  if (line.key.starts_with(split)) {
    if (is_split_setting(std::string_view(line.key).substr(split.size()))) return;
    throw UsageError("{}: '{}' names no setting of the split; there are {}", line.where, line.key,
                     fmt::join(split_settings, ", "));
  }
  check_option(line);
}

/// Values are separated by commas, or by semicolons where a value itself has commas.
Axis axis_from(const IniLine& line) {
  check_axis_name(line);
  Axis axis{.name = line.key, .values = {}, .where = line.where};
  const char separator = line.value.find(';') == std::string::npos ? ',' : ';';
  for (std::string_view rest = line.value; !rest.empty();) {
    axis.values.emplace_back(trim(next_part(rest, separator)));
    if (axis.values.back().empty()) throw UsageError("{}: {} has an empty value", line.where, line.key);
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
  SweepFile file{.path = path, .job = {}, .output = {}};
  std::vector<IniLine> seen;
  for (const auto& line : parse_ini(text, path.string())) {
    const auto same = [&](const IniLine& other) {
      return other.section == line.section && other.key == line.key;
    };
    if (const auto before = std::ranges::find_if(seen, same);
        before != seen.end() && !(line.section == "Options" && line.key == "benchmark"))
      throw UsageError("{}: {} was set before, at {}: remove one of the two", line.where, line.key,
                       before->where);
    seen.push_back(line);
    if (line.section == "Sweep") {
      set_sweep(file, line);
    } else if (line.section == "Data") {
      set_data(file.data ? *file.data : file.data.emplace(), line);
    } else if (line.section == "Options") {
      check_option(line);
      file.options.push_back({line.key, line.value, line.where});
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
