#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "commands.hpp"
#include "common/program.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/freed_memory.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/spinning.hpp"

// fedfr-bench: a table of benchmarks, each a function of its own that prints what it measured beside a bound
// measured in the same run.
namespace {

struct Command {
  const char* name;
  const char* about;
  void (*run)(fedfr::bench::Words);
};

constexpr std::array<Command, 11> commands{{
    {"loader", "reading batches, beside bare reads of the same bytes", fedfr::bench::run_loader},
    {"train-step", "local training, beside its bare convolutions and matrix products",
     fedfr::bench::run_train_step},
    {"shared-cores", "local training on one thread and on several, alone and beside busy loops",
     fedfr::bench::run_shared_cores},
    {"frozen-features", "embeddings without gradients, beside their bare kernels",
     fedfr::bench::run_frozen_features},
    {"mining", "hard negatives, beside one matrix product", fedfr::bench::run_mining},
    {"aggregate", "the exact sum of updates, beside copying memory", fedfr::bench::run_aggregate},
    {"allreduce", "the sum over ranks, beside bare MPI (under mpirun)", fedfr::bench::run_allreduce},
    {"round", "whole rounds of FedFR by `fedfr train`, beside the bare kernels", fedfr::bench::run_round},
    {"overhead", "many tiny clients by `fedfr train`, beside a bare training loop",
     fedfr::bench::run_overhead},
    {"eval", "similarities and verification, beside one matrix product", fedfr::bench::run_eval},
    {"start", "the programs from their start to the first step", fedfr::bench::run_start},
}};

void print_help() {
  fmt::print(
      "Measures fedfr on this machine, each part beside the bound that the machine sets, in one run.\n\n"
      "  fedfr-bench COMMAND [options]      fedfr-bench COMMAND --help lists them\n\n");
  for (const auto& command : commands) fmt::print("  {:<16} {}\n", command.name, command.about);
  fmt::print(
      "\nExamples:\n"
      "  fedfr-bench train-step --backbone sphere20 --precision bf16\n"
      "  mpirun -n 2 fedfr-bench allreduce --json allreduce.json\n"
      "  fedfr-bench round --clients 1 --epochs 8 --threads 2\n\n"
      "A ratio of 1 means that the bound is reached. Medians of --runs repetitions; a quiet machine gives "
      "better ones.\n");
}

int run_command(std::span<const std::string> words) {
  if (words.empty() || words.front() == "--help" || words.front() == "-h") {
    print_help();
    return words.empty() ? static_cast<int>(fedfr::ExitCode::usage) : 0;
  }
  const auto found =
      std::ranges::find(commands, words.front(), [](const Command& c) { return std::string(c.name); });
  if (found == commands.end())
    throw fedfr::UsageError("unknown command '{}'; fedfr-bench --help lists them", words.front());
  fedfr::keep_freed_memory();  // as fedfr itself does
  found->run(words.subspan(1));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // LibTorch and its OpenMP are loaded already, so that only another start of this program obeys.
  if (fedfr::limit_spinning_if_shared()) execv(fedfr::own_program().c_str(), argv);
  return fedfr::tool::run_program("fedfr-bench", argc, argv, run_command);
}
