#pragma once
#include <csignal>

namespace fedfr {

/// While it lives, SIGTERM, SIGUSR1, SIGHUP (the terminal was closed) and the first SIGINT only leave a note,
/// so that the run can save what it has. A second SIGINT ends the process: a human at the terminal means it.
/// Where SIGHUP or SIGINT is ignored already, by nohup or a shell's `&`, it stays so. One at a time.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();  ///< the dispositions of before

 private:
  static constexpr int count = 4;
  struct sigaction before_[count];
};

/// Whether one of the signals has arrived since the latest StopSignals was made.
bool stop_requested() noexcept;

/// Its name for messages, for example "SIGTERM"; empty without one.
const char* stop_signal() noexcept;

}  // namespace fedfr
