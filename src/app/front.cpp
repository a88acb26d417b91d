#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fedfr/core/failure.hpp"
#include "fedfr/core/process.hpp"
#include "fedfr/core/spinning.hpp"
#include "fedfr/core/standard_streams.hpp"
#include "fedfr/core/version.hpp"
#include "fedfr/run/options/options.hpp"

// What a user starts. Loading LibTorch takes longer than printing a help text, so that is done without it;
// the work is done by another program of the same name, which takes this one's place.
namespace {

constexpr std::string_view usage =
    R"(fedfr: federated face recognition, generic and personalised models trained together

  fedfr train JOB.cfg [--key value ...]   train, or go on with a run that was stopped
  fedfr evaluate RUN|WEIGHTS DATASET...   accuracy, TAR@FAR, TPIR@FPIR of a model
  fedfr compare RUN_A RUN_B DATASET...    how much better B is than A, with the interval of the difference
  fedfr extract WEIGHTS DATASET OUT       embeddings of a dataset's images
  fedfr probe WEIGHTS DATASET             whether a dataset's images lie as a model expects them
  fedfr verify-run RUN RUN                whether two runs have the same bits, and where and why not
  fedfr doctor [--output DIR]             check the installation, the launcher, the GPUs and the file system
  fedfr options [--markdown]              every option of a job file
  fedfr --version

Examples
  fedfr train jobs/demo.cfg
  mpirun -np 4 fedfr train jobs/lfw.cfg --output runs/lfw --seed 2
  fedfr train jobs/paper.cfg --dry-run
  fedfr evaluate runs/lfw data/lfw-pairs

`fedfr COMMAND --help` says more. Data sets are made with fedfr-data.
Exit codes: 0 done, 2 wrong usage, 3 data or file error, 4 peer or device failure, 85 stopped with a checkpoint:
run the same command again.
)";

/// @returns whether the arguments ask for no more than a text
bool answered(std::span<const std::string> args) {
  if (args.empty() || args[0] == "--help" || args[0] == "-h" || args[0] == "help") {
    fmt::print("{}", usage);
  } else if (args[0] == "--version") {
    fmt::print("fedfr {} commit {} {} {}\n", fedfr::version(), fedfr::commit(), fedfr::compiler(),
               fedfr::build_type());
  } else if (args[0] == "options" || (args[0] == "train" && args.size() > 1 && args[1] == "--help")) {
    const bool markdown = args.size() > 1 && args[1] == "--markdown";
    fmt::print("{}", markdown ? fedfr::run::markdown_table() : fedfr::run::help_text());
  } else {
    return false;
  }
  return true;
}

/// @returns only if the program cannot be started: the exit code
int become_worker(char** argv) {
  const std::string worker = (fedfr::own_program().parent_path() / FEDFR_WORKER).lexically_normal();
  fedfr::limit_spinning_if_shared();
  execv(worker.c_str(), argv);
  fedfr::complain(fmt::format("fedfr: cannot start {}: {}. It is a part of fedfr: build or install it again",
                              worker, std::strerror(errno)));
  return static_cast<int>(fedfr::ExitCode::data);
}

}  // namespace

int main(int argc, char** argv) {
  fedfr::prepare_standard_streams();
  try {
    const std::vector<std::string> args(argv + 1, argv + argc);
    if (!answered(args)) return become_worker(argv);
    fedfr::finish_standard_output();
    return args.empty() ? static_cast<int>(fedfr::ExitCode::usage) : 0;
  } catch (const std::exception& error) {
    const auto failure = fedfr::failure_of(error, fedfr::ExitCode::data);
    fedfr::complain("fedfr: " + failure.text);
    return static_cast<int>(failure.code);
  }
}
