#include "fedfr/run/record/checkpoint_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

#include "fedfr/core/file.hpp"

// Names of checkpoints, both ways. A name counts only if it is exactly what its number would be given:
// backups and temporaries of editors and copies are none. A folder that cannot be read is not one without
// checkpoints: a run would begin anew over what it has.
namespace fedfr::run {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "round_";
constexpr std::string_view suffix = ".ckpt";

}  // namespace

fs::path checkpoint_path(const fs::path& folder, int completed_rounds) {
  return folder / fmt::format("{}{:04}{}", prefix, completed_rounds, suffix);
}

std::vector<int> checkpoint_rounds(const fs::path& folder) {
  std::vector<int> rounds;
  std::error_code failed;
  fs::directory_iterator entries(folder, failed);
  if (failed == std::errc::no_such_file_or_directory) return rounds;
  const auto check = [&] {
    if (failed) throw AccessError("cannot look into {}: {}", folder.string(), failed.message());
  };
  for (check(); entries != fs::directory_iterator(); entries.increment(failed), check()) {
    const auto& entry = *entries;
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    int round = 0;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), round);
    const bool exact = round >= 0 && checkpoint_path(folder, round).filename() == name;
    if (!exact) continue;
    const bool is_file = entry.is_regular_file(failed);
    if (failed != std::errc::no_such_file_or_directory) check();
    if (is_file) rounds.push_back(round);
  }
  std::ranges::sort(rounds, std::greater{});
  return rounds;
}

}  // namespace fedfr::run
