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
#include "fedfr/core/utf8.hpp"
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

/// Whether a run has such an entry in its folder, or a user a log or a script of it.
bool fits(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code ignored;
  if (name.starts_with('.') || name == "lock") return true;
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
  std::error_code ignored;
  auto place = fs::weakly_canonical(fs::absolute(folder, ignored), ignored);
  for (;; place = place.parent_path()) {
    if (fs::exists(place / "dataset.json", ignored))
      throw UsageError("{} = {}: lies in the dataset {}: name a folder of its own for the run", where,
                       folder.string(), place.string());
    if (fs::exists(place, ignored) && !fs::is_directory(place, ignored))
      throw UsageError("{} = {}: {} is a file: name a folder for the run", where, folder.string(),
                       place.string());
    if (!place.has_relative_path()) return;
  }
}

/// A job file of a user may have the name of the record.
void refuse_foreign_config(const std::string& where, const RunPaths& paths) {
  std::error_code ignored;
  if (!fs::exists(paths.config, ignored) || !checkpoint_rounds(paths.checkpoint).empty()) return;
  if (!fs::is_regular_file(paths.config, ignored) || !read_text(paths.config).starts_with(record_title))
    throw UsageError(
        "{} = {}: a run keeps its record in {}, which is something else and would be lost: name another "
        "folder",
        where, paths.folder.string(), paths.config.string());
}

}  // namespace

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
