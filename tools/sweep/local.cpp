#include <fmt/format.h>

#include <csignal>
#include <thread>

#include "commands.hpp"
#include "common/sibling.hpp"
#include "fedfr/core/clock.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/signals.hpp"

// Runs a sweep here, cell after cell, each as a job of its own under the launcher. Where a cell stands is
// read from its folder, never kept here, so that the same command goes on after any end of this program.
namespace fedfr::tool {

namespace {

constexpr int stopped = static_cast<int>(ExitCode::resubmit);
constexpr int usage = static_cast<int>(ExitCode::usage);
constexpr int peer = static_cast<int>(ExitCode::peer);

Program launch(const report::Sweep& sweep, const report::Cell& cell) {
  auto words = sweep.file.launcher;
  words.insert(words.end(), {"-np", std::to_string(cell.ranks), sibling("fedfr").string(), "train",
                             sweep.paths.job(cell).string()});
  // In a group of its own, since mpirun would kill the ranks on Ctrl-C instead of passing it on.
  return {.words = words, .folder = {}, .output = sweep.paths.log(cell), .own_group = true};
}

/// Waits for a cell, and passes a request to stop on to it once.
int attend(Process& job) {
  bool told = false;
  for (;;) {
    if (const auto code = job.poll()) return *code;
    if (stop_requested() && !told) {
      fmt::print("{}: the running cell is told to save what it has\n", stop_signal());
      std::fflush(stdout);
      // The signal that asks fedfr for a checkpoint and that mpirun passes on to its ranks.
      job.signal(SIGUSR1);
      told = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

int run_cell(const report::Sweep& sweep, const report::Cell& cell) {
  const Stopwatch watch;
  std::error_code ignored;
  // That of an earlier start would tell of a failure while this one runs.
  std::filesystem::remove(sweep.paths.exit_code(cell), ignored);
  Process job(launch(sweep, cell));
  const int code = attend(job);
  report::save_exit_code(sweep, cell, code);
  const auto time = run::duration_text(watch.seconds());
  if (code == 0)
    fmt::print("done in {}\n", time);
  else if (code == stopped)
    fmt::print("stopped with a checkpoint after {}\n", time);
  else
    fmt::print("FAILED with exit code {} after {}: see {}\n", code, time, sweep.paths.log(cell).string());
  std::fflush(stdout);
  return code;
}

}  // namespace

int run_local(const report::Sweep& sweep) {
  const StopSignals signals;
  int first_failure = 0;
  for (std::size_t i = 0; i < sweep.cells.size(); ++i) {
    const auto& cell = sweep.cells[i];
    // Now, since another sweep may work beside this one. A damaged cell is run too: fedfr itself mends what a
    // crash has left, or says what to do.
    const auto state = report::status_of(sweep, cell).state;
    fmt::print("[{}/{}] {}: ", i + 1, sweep.cells.size(), cell.name);
    if (state == report::RunState::done || state == report::RunState::running) {
      fmt::print("{}\n",
                 state == report::RunState::done ? "done before" : "running in another job, passed over");
      continue;
    }
    std::fflush(stdout);
    const int code = run_cell(sweep, cell);
    if (code == stopped || stop_requested()) {
      fmt::print("stopped; the same command goes on\n");
      return stopped;
    }
    // mpirun has codes of its own for what ranks die of.
    if (first_failure == 0 && code != 0) first_failure = code >= usage && code <= peer ? code : peer;
  }
  const auto cells = report::status_of(sweep);
  fmt::print("\n{}", report::status_table(sweep, cells));
  if (first_failure == 0 && !report::problems(sweep, cells).empty()) return static_cast<int>(ExitCode::data);
  return first_failure;
}

}  // namespace fedfr::tool
