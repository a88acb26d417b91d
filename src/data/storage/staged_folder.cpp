// A folder under construction tells whose it is by its name and by a lock: by the name on file systems
// without locks, by the lock where process numbers are not unique (containers). Only where neither speaks for
// a living process of this host is it removed.
#include "staged_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <limits>
#include <string>
#include <string_view>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// What stands before the number of the process.
std::string staged_prefix(const fs::path& final_name) {
  const std::string mark = fmt::format(".partial-{}-", host_name());
  constexpr std::size_t digits = std::numeric_limits<pid_t>::digits10 + 1;
  return name_with_room(final_name, mark.size() + digits) + mark;
}

/// Held for as long as a folder is being filled; where the file system has no locks, by nobody.
FileDescriptor open_folder(const fs::path& folder) {
  return FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool is_locked(const fs::path& folder) {
  const FileDescriptor file = open_folder(folder);
  return !file || (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK);
}

/// Whether a process of this host left the folder. Its number alone does not tell: a container may have a
/// host's name and numbers of its own.
bool is_abandoned(const fs::path& folder, std::string_view number) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), pid);
  if (error != std::errc{} || end != number.data() + number.size() || pid < 1) return false;
  return ::kill(pid, 0) != 0 && errno == ESRCH && !is_locked(folder);
}

/// Failures are not the user's concern: the new folder has a name of its own.
void remove_abandoned(const fs::path& final_name) {
  const std::string prefix = staged_prefix(final_name);
  const fs::path parent = final_name.has_parent_path() ? final_name.parent_path() : fs::path(".");
  std::error_code ignored;
  for (fs::directory_iterator entry(parent, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(prefix) && is_abandoned(entry->path(), std::string_view(name).substr(prefix.size())))
      fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace

void check_new_folder(const fs::path& path) {
  std::error_code failed;
  const auto type = fs::symlink_status(path, failed).type();
  if (type == fs::file_type::not_found) return;
  if (type == fs::file_type::none)
    throw DataError("cannot create the folder {}: {}", path.string(), failed.message());
  const bool leads_nowhere = type == fs::file_type::symlink && !fs::exists(path, failed);
  throw DataError("{} {}: remove it or choose another name", path.string(),
                  leads_nowhere ? "is a link to nothing" : "exists already");
}

StagedFolder::StagedFolder(const fs::path& final_name) : final_(tidy_path(final_name.string())) {
  check_new_folder(final_);
  make_folder(final_.parent_path());
  remove_abandoned(final_);
  staged_ = final_.parent_path() / fmt::format("{}{}", staged_prefix(final_), ::getpid());
  make_folder(staged_);
  lock_ = open_folder(staged_);
  if (lock_) static_cast<void>(::flock(lock_.get(), LOCK_EX | LOCK_NB));
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!keep_) fs::remove_all(staged_, ignored);
}

void StagedFolder::publish() {
  // From here on the folder is complete: it stays even if it cannot be renamed.
  keep_ = true;
  std::error_code failed;
  fs::rename(staged_, final_, failed);
  if (failed)
    throw DataError("cannot rename {} to {}: {}; the folder is complete under its present name",
                    staged_.string(), final_.string(), failed.message());
  sync_folder(final_.parent_path());
}

}  // namespace fedfr::data
