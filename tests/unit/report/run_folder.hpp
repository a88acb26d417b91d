#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "fedfr/core/file.hpp"
#include "fedfr/run/options.hpp"

/// Run directories as fedfr leaves them, without training.
namespace fedfr::test {

inline std::string round_line(int round) {
  return fmt::format(
      R"({{"event":"round","round":{},"cohort":2,"images":100,"loss":3.5,"terms":{{"margin":3.0,"dfc":0.5}},)"
      R"("hard_negatives":50,"learning_rate":0.1,"seconds":2.0,"phases":{{"train":1.5,"public":0.25}},)"
      R"("idle_share":0.25,"ranks":2,"model_hash":"00000000000000{:02}"}})"
      "\n",
      round, round);
}

inline std::string evaluation_line(int round, double accuracy) {
  const std::string rate =
      R"({"mean":0.5,"worst":0.25,"worst_client":1,"best":0.75,"best_client":0,"clients":2,"resolvable":true,"target":0.1})";
  const std::string rank1 =
      R"({"mean":0.9,"worst":0.8,"worst_client":1,"best":1.0,"best_client":0,"clients":2})";
  return fmt::format(
      R"({{"event":"evaluation","round":{},"benchmarks":[{{"name":"pairs","accuracy":{},"tar_at_far":[)"
      R"({{"target":0.1,"rate":0.4,"resolvable":true}},{{"target":0.01,"rate":0.2,"resolvable":false}}]}}],)"
      R"("global":{{"summary":{{"clients":2,"tar_at_far":[{}],"rank1":{},"tpir_at_fpir":[]}},"roc":[]}},"own":null}})"
      "\n",
      round, accuracy, rate, rank1);
}

struct RunState {
  int rounds = 2;
  bool done = true;
};

inline void write_run(const run::Options& options, const RunState& state) {
  make_folder(options.output);
  replace_file(options.output / "config.cfg", run::record(options));
  std::string metrics = evaluation_line(0, 0.5);
  for (int round = 1; round <= state.rounds; ++round)
    metrics += round_line(round) + evaluation_line(round, 0.75);
  replace_file(options.output / "metrics.jsonl", metrics);
  replace_file(options.output / "log.txt",
               state.done
                   ? fmt::format("2026-01-01 00:00:00 DONE model_hash=0 rounds={} seconds=1\n", state.rounds)
                   : std::string("2026-01-01 00:00:00 round 1/2\n"));
}

}  // namespace fedfr::test
