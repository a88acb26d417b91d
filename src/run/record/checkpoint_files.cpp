#include "fedfr/run/record/checkpoint_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

// Names of checkpoints, both ways. A name counts only if it is exactly what its number would be given:
// backups and temporaries of editors and copies are none.
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
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    int round = 0;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), round);
    const bool exact = round >= 0 && checkpoint_path(folder, round).filename() == name;
    if (exact && entry.is_regular_file(missing)) rounds.push_back(round);
  }
  std::ranges::sort(rounds, std::greater{});
  return rounds;
}

}  // namespace fedfr::run
