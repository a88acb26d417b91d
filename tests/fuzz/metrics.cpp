// metrics.jsonl of a run.
#include "fedfr/core/error.hpp"
#include "fedfr/run/record/metrics_reader.hpp"
#include "support.hpp"

using namespace fedfr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const fuzz::BoundedMemory bounded(size, 100);
    const auto metrics = run::parse_metrics(fuzz::text_of(data, size), "metrics.jsonl");
    for (const auto& round : metrics.rounds) fuzz::require(round.round >= 0, "rounds count from 0");
    for (const auto& evaluation : metrics.evaluations)
      fuzz::require(evaluation.round >= 0, "evaluations are of rounds");
  } catch (const Error&) {
  }
  return 0;
}
