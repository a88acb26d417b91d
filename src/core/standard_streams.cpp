#include "fedfr/core/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>

#include "fedfr/core/error.hpp"
#include "fedfr/core/system.hpp"

// The first and the last thing that each program does with its three standard descriptors, so that nothing
// printed is lost without an exit code and nothing meant for people lands in a file.
namespace fedfr {

void prepare_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is given out, and those below are open. Programs that are started inherit it.
    [[maybe_unused]] const int opened = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
  // A reader that has gone and a limit of a file's size (`ulimit -f`) are then errors of the write, which
  // says them.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void complain(std::string_view line) noexcept {
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
  std::fflush(stderr);
}

void finish_standard_output() {
  // The stream keeps a note of earlier failures but not their reason; only a flush that fails now has one.
  const bool failed_before = std::ferror(stdout) != 0;
  const bool failed = std::fflush(stdout) != 0;
  const int why = errno;
  if (!failed && !failed_before) return;
  throw DataError("standard output is incomplete, it could not be written{}",
                  failed ? ": " + system_reason(why) : "");
}

}  // namespace fedfr
