#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "commands.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/json.hpp"
#include "fedfr/run/record/compare_runs.hpp"

// `fedfr verify-run`: serial, and without MPI, so that it runs wherever the folders lie.
namespace fedfr::app {

namespace {

constexpr const char* usage = R"(Compares two runs bit by bit.

  fedfr verify-run RUN RUN [--json]

Says that they are equal, or in which round they part, which tensor of the models that both still hold differs
first and by how much, and which options, data and conditions differ. Needs neither MPI nor a GPU.
Exit codes: 0 equal, 1 different, 2 wrong usage, 3 a folder is no run or damaged.

Example
  fedfr verify-run runs/lfw runs/lfw-on-4-ranks
)";
constexpr int different = 1;  // as with cmp and diff

int compare(std::span<const std::string> args) {
  std::vector<std::filesystem::path> runs;
  bool json = false;
  for (const auto& arg : args) {
    if (arg == "--json")
      json = true;
    else if (arg.starts_with("-"))
      throw UsageError("verify-run knows no option {}; `fedfr verify-run --help` has an example", arg);
    else
      runs.emplace_back(arg);
  }
  if (runs.size() != 2)
    throw UsageError("verify-run compares two run directories; {} were named", runs.size());
  const auto comparison = run::compare_runs(runs[0], runs[1]);
  fmt::print("{}", json ? json_text(run::to_json(comparison), 1) + "\n" : run::report(comparison));
  return comparison.equal() ? 0 : different;
}

}  // namespace

int run_verify(std::span<const std::string> args) {
  if (std::ranges::find(args, "--help") != args.end()) {
    fmt::print("{}", usage);
    return 0;
  }
  return compare(args);
}

}  // namespace fedfr::app
