#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace fedfr {

/// Exit codes that scripts and schedulers rely on.
enum class ExitCode : int {
  done = 0,
  usage = 2,      ///< wrong command line or job file
  data = 3,       ///< unreadable, damaged or unwritable file
  peer = 4,       ///< another rank or a device failed
  resubmit = 85,  ///< stopped on request with a checkpoint: run the same command again
};

/// Base of everything that fedfr throws on purpose. The text says what was being done and what the user can
/// do.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& what) : std::runtime_error(what), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

struct UsageError : Error {
  template <class... Args>
  explicit UsageError(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::usage, fmt::format(text, std::forward<Args>(args)...)) {}
};

struct DataError : Error {
  template <class... Args>
  explicit DataError(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::data, fmt::format(text, std::forward<Args>(args)...)) {}
};

struct PeerError : Error {
  template <class... Args>
  explicit PeerError(fmt::format_string<Args...> text, Args&&... args)
      : Error(ExitCode::peer, fmt::format(text, std::forward<Args>(args)...)) {}
};

/// The user or the scheduler asked the run to stop; what is done so far is in a checkpoint.
struct StopRequested : Error {
  StopRequested() : Error(ExitCode::resubmit, "stopped on request") {}
};

}  // namespace fedfr
