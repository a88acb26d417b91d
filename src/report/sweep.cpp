// A sweep file and its base job file become cells here, each a complete run with a folder of its own, before
// anything is written: what does not fit is refused with file and line.
#include "fedfr/report/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cell_names.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/data/storage/dataset_place.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/record/run_directory.hpp"
#include "presence.hpp"

namespace fedfr::report {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view clients_count = "clients-count";
constexpr std::string_view split_prefix = "split-";

std::int64_t count_of(const Axis& axis, const std::string& text) {
  std::int64_t count = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc{} || stop != text.data() + text.size() || count < 1 || count > most_of_a_kind)
    throw UsageError("{}: {} = {}: expected whole numbers from 1 to {}", axis.where, axis.name, text,
                     most_of_a_kind);
  return count;
}

/// Which value of each axis the cells have.
std::vector<std::vector<std::size_t>> choices(const SweepFile& file) {
  std::vector<std::vector<std::size_t>> cells;
  if (!file.grid) {
    for (std::size_t i = 0; i < file.axes.front().values.size(); ++i) cells.emplace_back(file.axes.size(), i);
    return cells;
  }
  std::size_t count = 1;
  for (const auto& axis : file.axes) {
    count *= axis.values.size();  // both factors are at most most_cells
    if (count > most_cells)
      throw UsageError(
          "{}: with {} there are {} cells or more, but a sweep has at most {}: give it fewer values, or make "
          "several sweeps",
          axis.where, axis.name, count, most_cells);
  }
  cells.reserve(count);
  cells.emplace_back();
  for (const auto& axis : file.axes) {
    std::vector<std::vector<std::size_t>> longer;
    for (const auto& cell : cells)
      for (std::size_t i = 0; i < axis.values.size(); ++i) {
        longer.push_back(cell);
        longer.back().push_back(i);
      }
    cells = std::move(longer);
  }
  return cells;
}

/// The settings of the split: those of [Data] with what the axes say instead.
void replace(std::vector<run::Setting>& settings, run::Setting setting) {
  const auto same = std::ranges::find(settings, setting.name, &run::Setting::name);
  if (same == settings.end())
    settings.push_back(std::move(setting));
  else
    *same = std::move(setting);
}

CellData data_for(const Sweep& sweep, std::int64_t clients, std::vector<run::Setting> split,
                  const std::string& where) {
  const DataSettings& data = *sweep.file.data;
  if (data.total_identities && *data.total_identities % clients != 0)
    throw UsageError("{}: {} identities cannot be dealt out evenly to {} clients", where,
                     *data.total_identities, clients);
  CellData made{.folder = {},
                .clients = clients,
                .identities_per_client = 0,
                .split = std::move(split),
                .arguments = {}};
  made.identities_per_client =
      data.total_identities ? *data.total_identities / clients : *data.identities_per_client;
  made.arguments = {"--clients", std::to_string(clients), "--identities-per-client",
                    std::to_string(made.identities_per_client)};
  std::vector<std::pair<std::string, std::string>> varied;
  for (const auto& setting : made.split) {
    made.arguments.insert(made.arguments.end(), {"--" + setting.name, setting.value});
    const auto is_axis = [&](const Axis& axis) {
      return axis.name == std::string(split_prefix) + setting.name;
    };
    if (std::ranges::any_of(sweep.file.axes, is_axis)) varied.emplace_back(setting.name, setting.value);
  }
  made.folder = sweep.paths.data / fmt::format("clients-{}x{}{}{}", clients, made.identities_per_client,
                                               varied.empty() ? "" : "_", file_name_of(varied));
  return made;
}

/// The index of these datasets among those of the sweep, where they are added.
std::size_t place_of(Sweep& sweep, CellData data) {
  const auto same = std::ranges::find(sweep.datasets, data.arguments, &CellData::arguments);
  if (same != sweep.datasets.end()) return static_cast<std::size_t>(same - sweep.datasets.begin());
  sweep.datasets.push_back(std::move(data));
  return sweep.datasets.size() - 1;
}

bool names(std::span<const run::Setting> settings, std::string_view option) {
  return std::ranges::find(settings, option, &run::Setting::name) != settings.end();
}

std::vector<run::Setting> data_settings(const Sweep& sweep, const CellData& data, bool with_public) {
  const std::string where = sweep.file.path.string();
  std::vector<run::Setting> settings = {{"clients", (data.folder / "clients").string(), where}};
  if (with_public) settings.push_back({"public", (data.folder / "public").string(), where});
  // The benchmarks that the split makes stand for those of the base job file.
  for (const auto& [setting, folder] :
       {std::pair{"pairs", "heldout-pairs"}, std::pair{"lfw-pairs", "lfw-pairs"}})
    if (names(data.split, setting)) settings.push_back({"benchmark", (data.folder / folder).string(), where});
  return settings;
}

Cell cell_for(Sweep& sweep, std::span<const run::Setting> job, const std::vector<std::size_t>& choice) {
  Cell cell;
  std::vector<run::Setting> settings = sweep.file.options;
  std::optional<std::int64_t> clients;
  std::string where = sweep.file.path.string();
  auto split = sweep.file.data ? sweep.file.data->split : std::vector<run::Setting>();
  for (std::size_t a = 0; a < choice.size(); ++a) {
    const Axis& axis = sweep.file.axes[a];
    const std::string& value = axis.values[choice[a]];
    cell.axes.emplace_back(axis.name, value);
    if (axis.name == clients_count) {
      clients = count_of(axis, value);
      where = axis.where;
    } else if (axis.name.starts_with(split_prefix)) {
      replace(split, {axis.name.substr(split_prefix.size()), value, axis.where});
    } else {
      replace(settings, {axis.name, value, axis.where});
    }
  }
  cell.name = file_name_of(cell.axes);
  if (sweep.file.data) {
    if (!clients) throw UsageError("{}: a sweep with [Data] needs the axis clients-count", where);
    cell.data = place_of(sweep, data_for(sweep, *clients, std::move(split), where));
    const auto of_data = data_settings(sweep, sweep.datasets[*cell.data], names(job, "public"));
    settings.insert(settings.end(), of_data.begin(), of_data.end());
  }
  settings.push_back({"output", (sweep.paths.runs / cell.name).string(), sweep.file.path.string()});
  cell.configuration = run::resolve(job, settings);
  run::validate(cell.configuration);
  cell.ranks = sweep.file.ranks;
  // More ranks than clients in a round would share these, which is worth less than other cells beside it.
  if (clients)
    cell.ranks =
        static_cast<int>(std::clamp(std::floor(static_cast<double>(*clients) * cell.options().cohort_share),
                                    1.0, static_cast<double>(cell.ranks)));
  return cell;
}

}  // namespace

std::string Cell::value(std::string_view axis) const {
  const auto found = std::ranges::find(axes, axis, [](const auto& entry) { return entry.first; });
  return found == axes.end() ? "" : found->second;
}

fs::path never_an_option(const fs::path& path) {
  return path.native().starts_with('-') ? fs::path(".") / path : path;
}

SweepPaths::SweepPaths(const fs::path& where)
    : folder(never_an_option(where)),
      record(folder / "sweep.cfg"),
      base_job(folder / "base.cfg"),
      data(folder / "data"),
      jobs(folder / "jobs"),
      runs(folder / "runs"),
      logs(folder / "logs") {}

fs::path SweepPaths::job(const Cell& cell) const { return jobs / (cell.name + ".cfg"); }
fs::path SweepPaths::log(const Cell& cell) const { return logs / (cell.name + ".log"); }
fs::path SweepPaths::exit_code(const Cell& cell) const { return logs / (cell.name + ".exit"); }

Sweep expand(const SweepFile& file, std::span<const run::Setting> job) {
  Sweep sweep{.file = file, .paths = SweepPaths(file.output), .cells = {}, .datasets = {}};
  for (const auto& choice : choices(file)) sweep.cells.push_back(cell_for(sweep, job, choice));
  check_distinct(sweep);
  return sweep;
}

namespace {

Sweep with_job(SweepFile file) {
  file.job_text = read_input(file.job, most_bytes_of_options);
  return expand(file, run::parse_job_file(file.job_text, file.job.string()));
}

}  // namespace

Sweep load_sweep(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored))
    return with_job(parse_sweep_file(read_input(path, most_bytes_of_options), path));
  const SweepPaths paths(path);
  if (!is_there(paths.record))
    throw DataError("{} is no folder of a sweep: it holds no {}", path.string(),
                    paths.record.filename().string());
  auto parsed = parse_sweep_file(read_text(paths.record, most_bytes_of_options), paths.record);
  parsed.output = path;  // also where the folder was moved, and from any working directory
  if (is_there(paths.base_job)) parsed.job = paths.base_job;
  return with_job(std::move(parsed));
}

namespace {

void keep(const fs::path& file, const std::string& text, const fs::path& record) {
  std::error_code ignored;
  if (!fs::equivalent(file, record, ignored)) replace_file(record, text);
}

}  // namespace

void check_folder(const Sweep& sweep) {
  const fs::path& folder = sweep.paths.folder;
  const auto refuse = [&](const std::string& what) {
    throw UsageError("{}: output = {}: {}: name a folder of its own for the sweep", sweep.file.path.string(),
                     folder.string(), what);
  };
  if (const auto dataset = data::dataset_around(folder); !dataset.empty())
    refuse("it lies in the dataset " + dataset.string());
  std::error_code ignored;
  if (fs::exists(folder, ignored) && !fs::is_directory(folder, ignored)) refuse("it is a file");
  if (is_there(run::RunPaths(folder).config)) refuse("it is the folder of a run");
  const char* home = std::getenv("HOME");
  if (home != nullptr && fs::equivalent(folder, home, ignored)) refuse("it is the home folder");
  if (fs::equivalent(folder, "/", ignored)) refuse("it is the root of the system");
}

void write_jobs(const Sweep& sweep) {
  for (const auto& cell : sweep.cells) run::check_files(cell.configuration);
  for (const auto& folder : {sweep.paths.jobs, sweep.paths.runs, sweep.paths.logs}) make_folder(folder);
  keep(sweep.file.job, sweep.file.job_text, sweep.paths.base_job);
  keep(sweep.file.path, sweep.file.text, sweep.paths.record);
  for (const auto& cell : sweep.cells) replace_file(sweep.paths.job(cell), run::record(cell.options()));
}

}  // namespace fedfr::report
