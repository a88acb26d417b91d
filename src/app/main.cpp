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
#include "fedfr/core/error.hpp"
#include "fedfr/core/freed_memory.hpp"

namespace {

struct Command {
  std::string_view name;
  int (*run)(fedfr::comm::MpiSession&, std::span<const std::string>);
};
constexpr Command commands[] = {{"train", fedfr::app::run_train},
                                {"evaluate", fedfr::app::run_evaluate},
                                {"extract", fedfr::app::run_extract},
                                {"doctor", fedfr::app::run_doctor}};

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
    fmt::print(stderr, "fedfr: {}\n", agreed ? error.what() : describe(error, mpi));
    std::fflush(stderr);
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
  } catch (const Error& e) {
    return report(e, mpi, false);
  } catch (const std::exception& e) {
    return report(Error(ExitCode::peer, fmt::format("unexpected failure: {}", e.what())), mpi, false);
  }
}

/// Where MPI would end this process with a text of its own: the exit code, after a text that helps.
std::optional<int> cannot_launch() {
  fedfr::comm::leave_slurm_step_if_alone();
  if (const auto problem = fedfr::app::launch_without_mpi()) {
    if (!problem->empty()) fmt::print(stderr, "fedfr: {}\n", *problem);
    return static_cast<int>(fedfr::ExitCode::peer);
  }
  try {
    fedfr::comm::check_temporary_folder();
  } catch (const fedfr::Error& error) {
    fmt::print(stderr, "fedfr: {}\n", error.what());
    return static_cast<int>(error.code());
  }
  return std::nullopt;
}

/// Without tearing down the libraries' static objects, which takes longer than a short run: what is to be
/// kept is on disk, and after MPI_Finalize nobody watches over a process that lingers.
[[noreturn]] void leave(int code) {
  std::fflush(nullptr);
  std::_Exit(code);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty()) return static_cast<int>(fedfr::ExitCode::usage);  // the front program has answered
  if (args[0] == "verify-run") return fedfr::app::run_verify(std::span(args).subspan(1));
  for (const auto& command : commands) {
    if (args[0] != command.name) continue;
    if (const auto code = cannot_launch()) return *code;
    fedfr::keep_freed_memory();
    int code = 0;
    {
      fedfr::comm::MpiSession mpi(argc, argv);
      code = dispatch(command, mpi, std::span(args).subspan(1));
    }
    leave(code);
  }
  fmt::print(stderr, "fedfr: unknown command '{}'; `fedfr --help` lists them\n", args[0]);
  return static_cast<int>(fedfr::ExitCode::usage);
}
