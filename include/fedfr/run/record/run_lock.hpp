#pragma once
#include <filesystem>
#include <string>

#include "fedfr/core/file.hpp"

namespace fedfr::run {

/// Keeps a second job out of a run's folder while the first is alive. The lock is the kernel's (flock), so it
/// ends with its process, however that ends; the text in the file only tells a human who holds it. NFS passes
/// such locks on to other hosts. On a file system without locks, a live process of the same host is still
/// found by its number; a job on another host is not, and `warning` says so.
class RunLock {
 public:
  /// @throws DataError naming the host and the process that hold the lock, or why the file cannot be made
  explicit RunLock(std::filesystem::path file);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

  const std::string& warning() const { return warning_; }  ///< empty where the lock is a real one

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::string warning_;
};

/// Whether a live job holds this lock, for onlookers. Only after a job that was killed does it try the lock
/// itself, for an instant, in which a job that starts would be refused.
/// @throws DataError if the file cannot be read; there may be none
bool is_held(const std::filesystem::path& lock_file);

}  // namespace fedfr::run
