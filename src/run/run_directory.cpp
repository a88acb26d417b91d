#include "fedfr/run/run_directory.hpp"

#include <fmt/format.h>

#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/run/job_file.hpp"
#include "fedfr/run/option_table.hpp"

namespace fedfr::run {

namespace fs = std::filesystem;

RunPaths::RunPaths(fs::path where)
    : folder(std::move(where)),
      config(folder / "config.cfg"),
      log(folder / "log.txt"),
      metrics(folder / "metrics.jsonl"),
      lock(folder / "lock"),
      checkpoint(folder / "checkpoint"),
      state(folder / "state"),
      personalized(folder / "personalized"),
      pictures(folder / "pictures") {}

RunDirectory::RunDirectory(const Options& options) : paths_(options.output) {
  make_folder(paths_.folder);
  lock_.emplace(paths_.lock);
  if (!lock_->warning().empty()) warnings_.push_back(lock_->warning());
  std::error_code ignored;
  continues_ = fs::exists(paths_.config, ignored) && fs::exists(paths_.checkpoint, ignored) &&
               !fs::is_empty(paths_.checkpoint, ignored);
  if (continues_) compare_with_record(options);
  for (const auto& folder : {paths_.checkpoint, paths_.state, paths_.personalized, paths_.pictures})
    make_folder(folder);
  replace_file(paths_.config, record(options));
}

/// Before its first round is complete, a run has nothing that other options could spoil.
bool RunDirectory::forget_start() const {
  const fs::path start = paths_.checkpoint / "round_0000.ckpt";
  for (const auto& entry : fs::directory_iterator(paths_.checkpoint))
    if (entry.path() != start) return false;
  return fs::remove(start);
}

void RunDirectory::compare_with_record(const Options& options) {
  const auto recorded = parse_job_file(read_text(paths_.config), paths_.config.string());
  const Options before = resolve(recorded, {}).options;
  std::string refused;
  for (const auto& difference : differences(before, options)) {
    const auto text =
        fmt::format("{} was '{}' and is now '{}'", difference.name, difference.before, difference.now);
    if (difference.effect == Effect::results) refused += "\n  " + text;
    if (difference.effect == Effect::last_bits)
      warnings_.push_back(text + ": the run goes on, but not with the bits of an uninterrupted one");
  }
  if (refused.empty()) return;
  if (forget_start()) {
    continues_ = false;
    warnings_.push_back(fmt::format("{} held only the start of a run with other options: begun anew",
                                    paths_.folder.string()));
    return;
  }
  throw UsageError(
      "{} holds a run with other options:{}\nUse the same ones to continue it, or another --output",
      paths_.folder.string(), refused);
}

}  // namespace fedfr::run
