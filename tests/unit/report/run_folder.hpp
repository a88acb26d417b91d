#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "fedfr/core/file.hpp"
#include "fedfr/core/output_file.hpp"
#include "fedfr/run/options/options.hpp"
#include "support/metrics_lines.hpp"

/// Run directories as fedfr leaves them, without training.
namespace fedfr::test {

struct RunState {
  int rounds = 2;
  bool done = true;
};

inline void write_run(const run::Options& options, const RunState& state) {
  make_folder(options.output);
  replace_file(options.output / "config.cfg", run::record(options));
  std::string metrics = start_line(1) + evaluation_line(0, 0.5);
  for (int round = 1; round <= state.rounds; ++round)
    metrics +=
        client_line(round, 0) + client_line(round, 1) + round_line(round) + evaluation_line(round, 0.75);
  replace_file(options.output / "metrics.jsonl", metrics);
  replace_file(options.output / "log.txt",
               state.done
                   ? fmt::format("2026-01-01 00:00:00 DONE model_hash=0 rounds={} seconds=1\n", state.rounds)
                   : std::string("2026-01-01 00:00:00 round 1/2\n"));
}

}  // namespace fedfr::test
