#include "real_run.hpp"

#include <fmt/ranges.h>

#include <cstdlib>

#include "common/sibling.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/process.hpp"

// Runs the real `fedfr train` as a user would, under mpirun where there are several ranks, and takes times
// from what it recorded itself: metrics.jsonl and the last line.
namespace fedfr::bench {

namespace {

double number_after(const std::string& text, const std::string& name) {
  const auto found = text.rfind(name);
  return found == std::string::npos ? 0 : std::strtod(text.c_str() + found + name.size(), nullptr);
}

std::vector<std::string> launcher(int ranks) {
  if (ranks == 1) return {};
  return {"mpirun", "-n", std::to_string(ranks)};
}

Captured run_or_throw(const Program& program) {
  Captured captured = run_and_capture(program);
  if (captured.spawn_error != 0 || captured.exit_code != 0)
    throw DataError("`{}` failed with exit code {}:\n{}", fmt::join(program.words, " "), captured.exit_code,
                    captured.output);
  return captured;
}

}  // namespace

void require_ranks(int ranks) {
  Program program;
  program.words = launcher(ranks);
  program.words.emplace_back("true");
  run_or_throw(program);
}

RealRun train(int ranks, const std::vector<std::string>& words, const std::filesystem::path& output) {
  Program program;
  program.words = launcher(ranks);
  program.words.push_back(tool::sibling("fedfr"));
  program.words.emplace_back("train");
  program.words.insert(program.words.end(), words.begin(), words.end());
  program.words.insert(program.words.end(), {"--output", output.string()});
  RealRun run;
  run.started = seconds_since_epoch();
  const Captured captured = run_or_throw(program);
  run.metrics = run::read_metrics(output / "metrics.jsonl");
  run.peak_memory_mb = number_after(captured.output, "peak_memory_mb=");
  return run;
}

double wall_seconds(const run::Metrics& metrics, int round) {
  const auto& rounds = metrics.rounds;
  const auto i = static_cast<std::size_t>(round) - 1;
  return rounds.at(i).time - rounds.at(i - 1).time;
}

}  // namespace fedfr::bench
