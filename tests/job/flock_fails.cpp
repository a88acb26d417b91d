// Preloaded by tests of whole programs: no file can be locked, for the reason FLOCK_ERRNO, as on a network
// file system without a lock daemon.
#include <sys/file.h>

#include <cerrno>
#include <cstdlib>

extern "C" int flock(int, int) noexcept {
  errno = std::atoi(std::getenv("FLOCK_ERRNO"));
  return -1;
}
