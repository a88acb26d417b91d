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

namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view checkpoint_prefix = "round_";
constexpr std::string_view checkpoint_suffix = ".ckpt";

}  // namespace

RunPaths::RunPaths(fs::path where)
    : folder(std::move(where)),
      config(folder / "config.cfg"),
      numerics(folder / "numerics.json"),
      log(folder / "log.txt"),
      metrics(folder / "metrics.jsonl"),
      profile(folder / "profile.txt"),
      trace(folder / "trace.json"),
      lock(folder / "lock"),
      checkpoint(folder / "checkpoint"),
      state(folder / "state"),
      personalized(folder / "personalized"),
      pictures(folder / "pictures") {}

fs::path checkpoint_path(const fs::path& folder, int completed_rounds) {
  return folder / fmt::format("{}{:04}{}", checkpoint_prefix, completed_rounds, checkpoint_suffix);
}

std::vector<int> checkpoint_rounds(const fs::path& folder) {
  std::vector<int> rounds;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(checkpoint_prefix) || !name.ends_with(checkpoint_suffix)) continue;
    int round = 0;
    std::from_chars(name.data() + checkpoint_prefix.size(), name.data() + name.size(), round);
    const bool exact = round >= 0 && checkpoint_path(folder, round).filename() == name;
    if (exact && entry.is_regular_file(missing)) rounds.push_back(round);
  }
  std::ranges::sort(rounds, std::greater{});
  return rounds;
}

RunDirectory::RunDirectory(const Options& options, const Numerics& numerics) : paths_(options.output) {
  make_folder(paths_.folder);
  lock_.emplace(paths_.lock);
  if (!lock_->warning().empty()) warnings_.push_back(lock_->warning());
  std::error_code ignored;
  continues_ = fs::exists(paths_.config, ignored) && !checkpoint_rounds(paths_.checkpoint).empty();
  if (continues_) compare_with_record(options, numerics);
  for (const auto& folder : {paths_.checkpoint, paths_.state, paths_.personalized, paths_.pictures})
    make_folder(folder);
  replace_file(paths_.config, record(options));
}

/// Before its first round is complete, a run has nothing that other options could spoil.
bool RunDirectory::forget_start() const {
  if (checkpoint_rounds(paths_.checkpoint) != std::vector{0}) return false;
  return fs::remove(checkpoint_path(paths_.checkpoint, 0));
}

/// The options that make another experiment, one line each.
std::string RunDirectory::changed_options(const Options& options) const {
  const auto recorded = parse_job_file(read_text(paths_.config), paths_.config.string());
  std::string changed;
  for (const auto& difference : differences(resolve(recorded, {}).options, options))
    if (difference.effect == Effect::results)
      changed +=
          fmt::format("\n  {} was '{}' and is now '{}'", difference.name, difference.before, difference.now);
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

void RunDirectory::compare_with_record(const Options& options, const Numerics& numerics) {
  const std::string other_options = changed_options(options);
  const std::string other_numerics = changed_numerics(options, numerics);
  if (other_options.empty() && other_numerics.empty()) return;
  if (forget_start()) {
    continues_ = false;
    warnings_.push_back(fmt::format("{} held only the start of a run with other {}: begun anew",
                                    paths_.folder.string(), other_options.empty() ? "numerics" : "options"));
    return;
  }
  if (!other_options.empty())
    throw UsageError(
        "{} holds a run with other options:{}\nUse the same ones to continue it, or another --output",
        paths_.folder.string(), other_options);
  throw UsageError(
      "{} holds a run with other numerics:{}\nIt would go on with other last bits. Restore them (--threads "
      "and "
      "--device are options), or say --allow-different-numerics",
      paths_.folder.string(), other_numerics);
}

}  // namespace fedfr::run
