// Preloaded by tests of whole programs: reads of one rank, from files whose path ends in SLOW_READ_FILE, take
// SLOW_READ_SECONDS as long as the file SLOW_READ_WHILE exists, as those of a file system that is slow or
// hangs.
#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

namespace {

std::string_view setting(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_slow(int fd) {
  if (setting("OMPI_COMM_WORLD_RANK") != setting("SLOW_READ_RANK")) return false;
  std::array<char, 4096> path{};
  // Reading gets a file descriptor; the name behind it is in /proc.
  const auto length = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  if (length < 0 ||
      !std::string_view(path.data(), static_cast<std::size_t>(length)).ends_with(setting("SLOW_READ_FILE")))
    return false;
  return access(setting("SLOW_READ_WHILE").data(), F_OK) == 0;
}

}  // namespace

extern "C" ssize_t pread(int fd, void* buffer, size_t count, off_t offset) {
  using Read = ssize_t (*)(int, void*, size_t, off_t);
  static const auto next = reinterpret_cast<Read>(dlsym(RTLD_NEXT, "pread"));
  if (is_slow(fd))
    std::this_thread::sleep_for(
        std::chrono::duration<double>(std::atof(setting("SLOW_READ_SECONDS").data())));
  return next(fd, buffer, count, offset);
}
