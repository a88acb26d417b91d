// A run writes many files into its folder. Whoever names a folder that is something else, by a slip or by
// leaving out its last part, must not find them among other things, or in place of them.
#include "fedfr/run/record/run_folder_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/storage/dataset_place.hpp"
#include "fedfr/run/record/checkpoint_files.hpp"
#include "fedfr/run/record/run_directory.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

const std::set<std::string_view> own_folders = {
    "checkpoint", "evaluation", "personalized",
    "pictures",   "state",      "lost+found"};  // the last of a disk for runs alone
const std::set<std::string_view> own_files = {"config",   "data",    "log",    "metrics", "model",
                                              "numerics", "profile", "report", "trace"};
const std::set<std::string_view> extensions_of_logs = {".cfg",    ".err", ".log", ".out",
                                                       ".sbatch", ".sh",  ".txt"};

/// Hidden, and there without anybody's doing: of desktops, editors, network file systems. Other hidden files
/// are somebody's: a home folder may hold nothing else.
bool left_by_systems(std::string_view name) {
  constexpr std::string_view beginnings[] = {"._",         ".DS_Store", ".nfs",      ".fuse_hidden", ".Trash",
                                             ".gitignore", ".gitkeep",  ".snapshot", ".directory",   ".#"};
  return name.ends_with(".swp") || name.ends_with(".tmp") ||
         std::ranges::any_of(beginnings, [&](auto beginning) { return name.starts_with(beginning); });
}

/// Whether a run has such an entry in its folder, or a user a log or a script of it.
bool fits(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code ignored;
  if (name.starts_with('.')) return left_by_systems(name);
  if (name == "lock") return true;
  const auto dot = name.find('.');
  if (dot != std::string::npos && own_files.contains(std::string_view(name).substr(0, dot))) return true;
  if (entry.is_directory(ignored)) return own_folders.contains(name);
  return extensions_of_logs.contains(entry.path().extension().string());
}

/// The first few names of what does not belong to a run.
std::vector<std::string> strangers(const fs::path& folder) {
  constexpr std::size_t shown = 3;
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (!fits(entry)) names.push_back(printable(entry.path().filename().string()));
  if (failed) throw DataError("cannot look into {}: {}", folder.string(), failed.message());
  std::ranges::sort(names);
  if (names.size() > shown) {
    names.resize(shown);
    names.emplace_back("...");
  }
  return names;
}

/// The folder is below a dataset, or one itself.
void refuse_dataset(const std::string& where, const fs::path& folder) {
  if (const auto dataset = data::dataset_around(folder); !dataset.empty())
    throw UsageError("{} = {}: lies in the dataset {}: name a folder of its own for the run", where,
                     folder.string(), dataset.string());
  std::error_code ignored;
  for (const auto& place : place_and_around(folder))
    if (fs::exists(place, ignored) && !fs::is_directory(place, ignored))
      throw UsageError("{} = {}: {} is a file: name a folder for the run", where, folder.string(),
                       place.string());
}

/// Whether the folder is that of a run.
bool is_run(const RunPaths& paths) {
  std::error_code ignored;
  return fs::is_regular_file(paths.config, ignored) &&
         read_text(paths.config, most_bytes_of_options).starts_with(record_title);
}

/// The run whose own file this is, or would be; empty for none. Its report is made anew whenever somebody
/// wants it.
fs::path run_of_file(const fs::path& file) {
  std::error_code ignored;
  const auto places = place_and_around(file);
  for (const auto& place : places) {
    if (place == places.front() || !is_run(RunPaths(place))) continue;
    const fs::path& real = places.front();
    const fs::path in_run = real.lexically_relative(place);
    const std::string first = *in_run.begin();
    const std::string stem = first.substr(0, first.find('.'));
    const bool own = in_run == first ? first == "lock" || (stem != "report" && own_files.contains(stem))
                                     : own_folders.contains(first) && fs::exists(real, ignored);
    return own ? place : fs::path();
  }
  return {};
}

/// A job file of a user may have the name of the record.
void refuse_foreign_config(const std::string& where, const RunPaths& paths) {
  std::error_code ignored;
  if (!fs::exists(paths.config, ignored) || !checkpoint_rounds(paths.checkpoint).empty()) return;
  if (!is_run(paths))
    throw UsageError(
        "{} = {}: a run keeps its record in {}, which is something else and would be lost: name another "
        "folder",
        where, paths.folder.string(), paths.config.string());
}

}  // namespace

void check_result(const fs::path& output, std::initializer_list<fs::path> inputs) {
  fedfr::check_output(output);
  data::refuse_part_of_dataset(output);
  std::error_code ignored;
  for (const auto& input : inputs)
    if (fs::is_regular_file(input, ignored) && fs::equivalent(input, output, ignored))
      throw UsageError("{} is read, and would be overwritten: name another file for the result",
                       output.string());
  if (const auto run = run_of_file(output); !run.empty())
    throw UsageError("{} belongs to the run {}, and would be overwritten: name another file for the result",
                     output.string(), run.string());
}

void check_output(const Configuration& configuration) {
  const RunPaths paths(configuration.options.output);
  const std::string where = configuration.named("output");
  refuse_dataset(where, paths.folder);
  std::error_code ignored;
  if (!fs::exists(paths.folder, ignored)) return;
  refuse_foreign_config(where, paths);
  if (fs::exists(paths.config, ignored)) return;
  if (const auto names = strangers(paths.folder); !names.empty())
    throw UsageError("{} = {}: this folder holds other things ({}): name a new folder for the run", where,
                     paths.folder.string(), fmt::join(names, ", "));
}

}  // namespace fedfr::run
