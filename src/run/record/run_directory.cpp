// The folder of a run as a whole: where its files lie, who may work in it, and whether what it holds is the
// run that the options describe. Everything is compared before anything is changed.
#include "fedfr/run/record/run_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/options/job_file.hpp"
#include "fedfr/run/options/option_table.hpp"
#include "fedfr/run/record/checkpoint_files.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

/// Where paths lead, however they are written.
std::vector<fs::path> places(const std::vector<fs::path>& paths) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& path : paths)
    found.push_back(path.empty() ? path : fs::weakly_canonical(fs::absolute(path, ignored), ignored));
  return found;
}

/// Whoever opens a pipe waits for its other end, and nobody would be there.
void refuse_pipes(const fs::path& folder) {
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code dangling;
    if (entry->is_fifo(dangling) || entry->is_socket(dangling))
      throw DataError("{} is a pipe, where a run keeps files: remove it", entry->path().string());
  }
  if (failed) throw DataError("cannot look into {}: {}", folder.string(), failed.message());
}

}  // namespace

RunPaths::RunPaths(fs::path where)
    : folder(std::move(where)),
      config(folder / "config.cfg"),
      numerics(folder / "numerics.json"),
      data(folder / "data.json"),
      log(folder / "log.txt"),
      metrics(folder / "metrics.jsonl"),
      profile(folder / "profile.txt"),
      trace(folder / "trace.json"),
      lock(folder / "lock"),
      checkpoint(folder / "checkpoint"),
      state(folder / "state"),
      personalized(folder / "personalized"),
      pictures(folder / "pictures") {}

std::vector<Setting> recorded_settings(const RunPaths& paths) {
  return parse_job_file(read_text(paths.config, most_bytes_of_options), paths.config.string());
}

RunDirectory::RunDirectory(const Options& options, const Numerics& numerics, const DataRecord& data)
    : paths_(options.output), data_(data) {
  make_folder(paths_.folder);
  refuse_pipes(paths_.folder);
  lock_.emplace(paths_.lock);
  if (!lock_->warning().empty()) warnings_.push_back(lock_->warning());
  std::error_code ignored;
  continues_ = fs::exists(paths_.config, ignored) && !checkpoint_rounds(paths_.checkpoint).empty();
  if (continues_)
    compare_with_record(options, numerics, data);
  else if (fs::exists(paths_.config, ignored) && fs::file_size(paths_.metrics, ignored) > 0 && !ignored)
    warnings_.push_back(
        fmt::format("{} holds a run without a checkpoint: it is begun anew", paths_.folder.string()));
  for (const auto& folder : {paths_.checkpoint, paths_.state, paths_.personalized, paths_.pictures})
    make_folder(folder);
  record_ = record(options);
}

void RunDirectory::keep_record() const {
  replace_file(paths_.config, record_);
  save(paths_.data, data_);
}

std::vector<std::string> RunDirectory::benchmark_names() const {
  std::vector<std::string> names;
  for (const auto& benchmark : data_.benchmarks) names.push_back(benchmark.name);
  return names;
}

/// Before its first round is complete, a run has nothing that other options could spoil.
bool RunDirectory::forget_start() const {
  if (checkpoint_rounds(paths_.checkpoint) != std::vector{0}) return false;
  return fs::remove(checkpoint_path(paths_.checkpoint, 0));
}

/// The options that make another experiment, one line each.
std::string RunDirectory::changed_options(const Options& before, const Options& now) {
  std::string changed;
  for (const auto& difference : differences(before, now))
    if (difference.effect == Effect::results)
      changed +=
          fmt::format("\n  {} was '{}' and is now '{}'", difference.name, difference.before, difference.now);
  return changed;
}

/// The data that make another experiment, one line each. A run of an older version tells of clients and
/// public images in its checkpoints, and of the others only the paths.
std::string RunDirectory::changed_data(const Options& before, const Options& now) {
  std::string changed;
  if (const auto recorded = load_data_record(paths_.data)) {
    data_.benchmarks = with_names_of(*recorded, data_.benchmarks);
    for (const auto& difference : differences(*recorded, data_)) changed += "\n  " + difference;
    return changed;
  }
  for (const auto& difference : differences(before, now)) {
    const bool same_place = difference.name == "benchmark" ? places(before.benchmark) == places(now.benchmark)
                                                           : places({before.init}) == places({now.init});
    if ((difference.name == "benchmark" || difference.name == "init") && !same_place)
      changed +=
          fmt::format("\n  {} was '{}' and is now '{}'", difference.name, difference.before, difference.now);
  }
  return changed;
}

/// The numerics that are refused, one line each; those that are allowed become warnings.
std::string RunDirectory::changed_numerics(const Options& options, const Numerics& numerics) {
  const auto periods = load_numerics(paths_.numerics);
  if (periods.empty()) {
    warnings_.push_back(fmt::format("{} is missing: whether the run goes on with the same bits is unknown",
                                    paths_.numerics.string()));
    return {};
  }
  std::string refused;
  for (const auto& difference : differences(periods.back().numerics, numerics)) {
    if (difference.is_only_possible())
      warnings_.push_back(describe(difference) +
                          ": the bits may be others than those of an uninterrupted run");
    else if (options.allow_different_numerics)
      warnings_.push_back(describe(difference) +
                          ": the run goes on, but not with the bits of an uninterrupted one");
    else
      refused += "\n  " + describe(difference);
  }
  return refused;
}

void RunDirectory::compare_with_record(const Options& options, const Numerics& numerics,
                                       const DataRecord& data) {
  const auto before = resolve(recorded_settings(paths_), {}).options;
  const std::string other_options = changed_options(before, options);
  const std::string other_data = changed_data(before, options);
  const std::string other_numerics = changed_numerics(options, numerics);
  if (other_options.empty() && other_data.empty() && other_numerics.empty()) return;
  const char* what = !other_options.empty() ? "options" : !other_data.empty() ? "data" : "numerics";
  if (forget_start()) {
    continues_ = false;
    data_ = data;
    warnings_.push_back(fmt::format("{} held only the start of a run with other {}: begun anew",
                                    paths_.folder.string(), what));
    return;
  }
  if (!other_options.empty() || !other_data.empty())
    throw UsageError(
        "{} holds a run with other {}:{}{}\nUse the same ones to continue it, or another --output",
        paths_.folder.string(), what, other_options, other_data);
  throw UsageError(
      "{} holds a run with other numerics:{}\nIt would go on with other last bits. Restore them (--threads "
      "and "
      "--device are options), or say --allow-different-numerics",
      paths_.folder.string(), other_numerics);
}

}  // namespace fedfr::run
