// The datasets of the cells, made once for each distinct setting. A folder appears under its name when it is
// complete, with the words that made it, so that a sweep that asks for something else is refused.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/system.hpp"
#include "fedfr/data/storage/collection_index.hpp"
#include "fedfr/report/sweep.hpp"
#include "fedfr/run/record/run_lock.hpp"
#include "presence.hpp"

namespace fedfr::report {

namespace fs = std::filesystem;

namespace {

void run_program(const fs::path& program, std::vector<std::string> words) {
  words.insert(words.begin(), program.string());
  const auto outcome = run_and_capture({.words = words});
  if (outcome.spawn_error != 0)
    throw DataError("cannot start {}: {}", program.string(), system_reason(outcome.spawn_error));
  if (outcome.exit_code != 0)
    throw Error(outcome.exit_code == static_cast<int>(ExitCode::usage) ? ExitCode::usage : ExitCode::data,
                fmt::format("`{}` failed: {}", fmt::join(words, " "), outcome.output));
}

/// What the datasets of a folder were made of.
std::string recipe(const DataSettings& data, const CellData& made) {
  return fmt::format("fedfr-data split {} {}\n", data.source.string(), fmt::join(made.arguments, " "));
}

/// A folder of this name appears when everything in it is complete.
void make(const DataSettings& data, const CellData& made, const fs::path& fedfr_data) {
  fmt::print("making {}\n", made.folder.string());
  const fs::path parts = made.folder.string() + ".tmp";
  std::error_code ignored;
  fs::remove_all(parts, ignored);
  std::vector<std::string> split = {"split", never_an_option(data.source).string(), "--output",
                                    parts.string()};
  split.insert(split.end(), made.arguments.begin(), made.arguments.end());
  run_program(fedfr_data, split);
  replace_file(parts / "recipe.txt", recipe(data, made));
  std::error_code failed;
  fs::rename(parts, made.folder, failed);
  if (failed)
    throw DataError("cannot rename {} to {}: {}", parts.string(), made.folder.string(), failed.message());
  sync_folder(made.folder.parent_path());
}

}  // namespace

double split_setting(const CellData& data, std::string_view name, double otherwise) {
  const auto found = std::ranges::find(data.split, name, &run::Setting::name);
  if (found == data.split.end()) return otherwise;
  double number = otherwise;
  std::from_chars(found->value.data(), found->value.data() + found->value.size(), number);
  return number;
}

bool takes_person(const CellData& data, std::int64_t images) {
  const auto count = static_cast<double>(images);
  return count >= split_setting(data, "min-images", 2) &&
         count <= split_setting(data, "max-images", INFINITY);
}

void check_people(const Sweep& sweep) {
  if (!sweep.file.data) return;
  std::vector<std::int64_t> counts;
  for (const auto& made : sweep.datasets) {
    if (is_there(made.folder)) continue;
    // Once, and only where something is to be made of it: the collection may be gone afterwards.
    if (counts.empty()) counts = data::index_collection(data::Dataset(sweep.file.data->source)).counts();
    const auto people =
        std::ranges::count_if(counts, [&](std::int64_t images) { return takes_person(made, images); });
    if (people < made.clients * made.identities_per_client)
      throw UsageError(
          "{}: {} clients of {} identities need {} people, but {} has {} with as many images as asked for",
          sweep.file.path.string(), made.clients, made.identities_per_client,
          made.clients * made.identities_per_client, sweep.file.data->source.string(), people);
  }
}

void make_datasets(const Sweep& sweep, const fs::path& fedfr_data) {
  if (!sweep.file.data) return;
  make_folder(sweep.paths.data);
  std::optional<run::RunLock> lock;  // two sweeps that begin at once must not make the same folder
  for (const auto& made : sweep.datasets) {
    if (!is_there(made.folder) && !lock) lock.emplace(sweep.paths.data / "lock");
    if (!is_there(made.folder)) {
      make(*sweep.file.data, made, fedfr_data);
      continue;
    }
    const auto before = read_text(made.folder / "recipe.txt");
    const auto now = recipe(*sweep.file.data, made);
    if (before != now)
      throw UsageError(
          "{} was made with other settings:\n{}and is now asked for with\n{}Remove the folder, or use "
          "another output",
          made.folder.string(), before, now);
  }
}

}  // namespace fedfr::report
