#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "commands.hpp"
#include "doctor_checks.hpp"
#include "fedfr/comm/launch.hpp"
#include "fedfr/comm/on_every_rank.hpp"
#include "fedfr/comm/topology.hpp"
#include "fedfr/core/activity.hpp"
#include "fedfr/core/failure.hpp"
#include "fedfr/core/freed_memory.hpp"
#include "fedfr/core/standard_streams.hpp"

// The worker: finds the subcommand, and turns whatever ends it into an exit code and one message. The rule:
// an error that all ranks agree on ends all in order, and rank 0 speaks; any other may be one rank's alone,
// whose peers wait in a collective, so it aborts the job.
namespace {

struct Command {
  std::string_view name;
  int (*run)(fedfr::comm::MpiSession&, std::span<const std::string>);
};
constexpr Command commands[] = {{"train", fedfr::app::run_train},     {"evaluate", fedfr::app::run_evaluate},
                                {"compare", fedfr::app::run_compare}, {"extract", fedfr::app::run_extract},
                                {"probe", fedfr::app::run_probe},     {"doctor", fedfr::app::run_doctor}};

/// The error, with who met it and while doing what.
std::string describe(const fedfr::Error& error, const fedfr::comm::MpiSession& mpi) {
  std::string text = error.what();
  if (mpi.size() > 1) text = fmt::format("rank {} ({}): {}", mpi.rank(), fedfr::comm::hostname(), text);
  if (error.code() == fedfr::ExitCode::data || error.code() == fedfr::ExitCode::peer)
    text += fmt::format(" (while {})", fedfr::describe(fedfr::current_activity()));
  return text;
}

/// All ranks come here together with an agreed error; with any other, this rank may be alone.
int report(const fedfr::Error& error, const fedfr::comm::MpiSession& mpi, bool agreed) {
  const int code = static_cast<int>(error.code());
  // Of ranks that fail together, the lowest speaks: its abort reaches the others before they do.
  if (!agreed) std::this_thread::sleep_for(std::chrono::milliseconds(500) * std::min(mpi.rank(), 10));
  if (!agreed || mpi.rank() == 0) {
    fedfr::complain(fmt::format("fedfr: {}", agreed ? error.what() : describe(error, mpi)));
  }
  if (!agreed && mpi.size() > 1) fedfr::comm::MpiSession::abort(code);
  return code;
}

int dispatch(const Command& command, fedfr::comm::MpiSession& mpi, std::span<const std::string> args) {
  using fedfr::Error;
  using fedfr::ExitCode;
  try {
    return command.run(mpi, args);
  } catch (const fedfr::comm::AgreedError& e) {
    return report(e, mpi, true);
  } catch (const std::exception& e) {
    const auto failure = fedfr::failure_of(e, ExitCode::peer);
    return report(Error(failure.code, failure.text), mpi, false);
  }
}

/// Where MPI would end this process with a text of its own: the exit code, after a text that helps.
std::optional<int> cannot_launch() {
  fedfr::comm::leave_slurm_step_if_alone();
  if (const auto problem = fedfr::app::launch_without_mpi()) {
    if (!problem->empty()) fedfr::complain(fmt::format("fedfr: {}", *problem));
    return static_cast<int>(fedfr::ExitCode::peer);
  }
  fedfr::comm::check_temporary_folder();
  return std::nullopt;
}

int run(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty()) return static_cast<int>(fedfr::ExitCode::usage);  // the front program has answered
  if (args[0] == "verify-run") return fedfr::app::run_verify(std::span(args).subspan(1));
  const auto* command = std::ranges::find(commands, args[0], &Command::name);
  if (command == std::end(commands))
    throw fedfr::UsageError("unknown command '{}'; `fedfr --help` lists them", args[0]);
  if (const auto code = cannot_launch()) return *code;
  fedfr::keep_freed_memory();
  fedfr::comm::MpiSession mpi(argc, argv);
  return dispatch(*command, mpi, std::span(args).subspan(1));
}

int complain_of(const std::exception& error) {
  const auto failure = fedfr::failure_of(error, fedfr::ExitCode::peer);
  fedfr::complain("fedfr: " + failure.text);
  return static_cast<int>(failure.code);
}

/// Where a run has failed or was stopped, that is what its exit code tells.
int code_with_output(int code) {
  constexpr int different = 1;  // of verify-run
  try {
    fedfr::finish_standard_output();
  } catch (const std::exception& error) {
    const int lost = complain_of(error);
    return code == 0 || code == different ? lost : code;
  }
  return code;
}

/// Without tearing down the libraries' static objects, which takes longer than a short run: what is to be
/// kept is on disk, and after MPI_Finalize nobody watches over a process that lingers.
[[noreturn]] void leave(int code) {
  std::fflush(nullptr);
  std::_Exit(code);
}

}  // namespace

int main(int argc, char** argv) {
  fedfr::prepare_standard_streams();
  int code = 0;
  try {
    code = run(argc, argv);
  } catch (const std::exception& error) {
    code = complain_of(error);
  }
  leave(code_with_output(code));
}
