#include "fedfr/run/record/run_lock.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <system_error>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/system.hpp"
#include "fedfr/core/text.hpp"

// The lock of a run's folder: the kernel's lock on one file, which ends with the process. The text in the
// file is for people, and the way out where a file system has no locks.
namespace fedfr::run {

namespace {

/// "PID HOST since TIME"
std::string owner_text() {
  return fmt::format("{} {} since {:%Y-%m-%d %H:%M:%S}\n", ::getpid(), host_name(),
                     fmt::localtime(std::time(nullptr)));
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& owner) {
  throw DataError(
      "the folder {} belongs to a job that is still running (process {}): wait for it, stop it, or choose "
      "another --output",
      path.parent_path().string(), owner.empty() ? "unknown" : owner);
}

bool is_live_process_here(std::string_view owner) {
  const auto number = next_part(owner, ' ');
  if (next_part(owner, ' ') != host_name()) return false;
  pid_t pid = 0;
  std::from_chars(number.data(), number.data() + number.size(), pid);
  return pid > 0 && pid != ::getpid() && (::kill(pid, 0) == 0 || errno == EPERM);
}

}  // namespace

RunLock::RunLock(std::filesystem::path path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, permissions_of_new_files)) {
  if (!file_) throw DataError("cannot create {}: {}", path_.string(), system_reason());
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    const int why = errno;
    const std::string owner(trim(read_text(path_)).substr(0, 200));
    const auto line = std::string(owner.substr(0, owner.find('\n')));
    if (why == EWOULDBLOCK || is_live_process_here(line)) refuse(path_, line);
    warning_ = fmt::format(
        "the file system of {} has no locks ({}): start no second job on another host in this folder",
        path_.parent_path().string(), system_reason(why));
  }
  const std::string text = owner_text();
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::pwrite(file_.get(), text.data(), text.size(), 0) != std::ssize(text))
    throw DataError("cannot write {}: {}", path_.string(), system_reason());
}

RunLock::~RunLock() {
  // The file stays: removing it would let two later jobs lock two different files of this name. A failure
  // leaves the text of a process that has ended, which the lock itself outranks.
  [[maybe_unused]] const int ignored = ::ftruncate(file_.get(), 0);
}

bool is_held(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return false;
  // Most onlookers end here, without touching the lock: a job that ended in order has emptied the file.
  const std::string owner(trim(read_text(path)));
  if (owner.empty()) return false;
  const FileDescriptor file = open_for_reading(path);
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return false;
  return errno == EWOULDBLOCK || is_live_process_here(owner.substr(0, owner.find('\n')));
}

}  // namespace fedfr::run
