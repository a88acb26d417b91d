// Where an output goes is found out first, link by link, since the answer differs: a regular file is replaced
// by a rename, which needs the last name of a chain of links; a descriptor of this process (/dev/stdout,
// /dev/fd/N) has to be duplicated, since opening its file anew would begin to write at its start; anything
// else is opened and written.
#include "fedfr/core/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/path.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view ending = ".tmp";

/// How something is written: by a temporary and a rename, by opening it as it is, or through a copy of a
/// descriptor that is open already.
enum class Kind { regular, special, descriptor };

struct Target {
  Kind kind = Kind::regular;
  fs::path path;        // behind all links
  int descriptor = -1;  // of this process
};

/// N of a name /dev/fd/N, /proc/self/fd/N; nothing for other names.
std::optional<int> own_descriptor(const fs::path& folder, const std::string& name) {
  std::error_code none;
  const auto descriptors = fs::canonical("/proc/self/fd", none);
  if (none || fs::canonical(folder, none) != descriptors) return std::nullopt;
  int number = -1;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failed != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

fs::path folder_of(const fs::path& path, const fs::path& named) {
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  struct stat status {};
  if (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return folder;
  if (errno == ENOENT)
    throw DataError("cannot write {}: there is no folder {}; make it first", named.string(), folder.string());
  throw DataError("cannot write {}: {} is no folder that can be entered", named.string(), folder.string());
}

/// What a name that is there already stands for; links are left to the caller.
Kind kind_of(const struct stat& status, const fs::path& named) {
  if (S_ISDIR(status.st_mode))
    throw DataError("cannot write {}: this is a folder; name a file in it", named.string());
  return S_ISREG(status.st_mode) ? Kind::regular : Kind::special;
}

Target target_of(const fs::path& named) {
  constexpr int most_links = 40;  // as the kernel
  fs::path path = named;
  for (int links = 0; links <= most_links; ++links) {
    if (path.filename().empty())
      throw DataError("cannot write {}: this names a folder; name a file in it", named.string());
    const auto folder = folder_of(path, named);
    if (path.has_parent_path()) path = folder / path.filename();
    if (const auto number = own_descriptor(folder, path.filename().string()))
      return {.kind = Kind::descriptor, .path = path, .descriptor = *number};
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno != ENOENT) throw DataError("cannot write {}: {}", named.string(), system_reason());
      return {.kind = Kind::regular, .path = path};
    }
    if (!S_ISLNK(status.st_mode)) return {.kind = kind_of(status, named), .path = path};
    // The text of a link to another process's pipe names no file.
    if (::stat(path.c_str(), &status) == 0 && kind_of(status, named) == Kind::special)
      return {.kind = Kind::special, .path = path};
    std::error_code failed;
    path = folder / fs::read_symlink(path, failed);
    if (failed) throw DataError("cannot write {}: {}", named.string(), failed.message());
  }
  throw DataError("cannot write {}: {}", named.string(), system_reason(ELOOP));
}

fs::path regular_target_of(const fs::path& named) {
  auto target = target_of(named);
  if (target.kind != Kind::regular)
    throw DataError("cannot write {}: only a regular file can hold this", named.string());
  return target.path;
}

/// A descriptor for what is no regular file.
FileDescriptor open_as_it_is(const Target& target, const fs::path& named) {
  std::fflush(stdout);  // what was printed before comes first
  FileDescriptor file(target.kind == Kind::descriptor
                          ? ::fcntl(target.descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                          : ::open(target.path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (!file) throw DataError("cannot write {}: {}", named.string(), system_reason());
  return file;
}

/// Refuses a name that is there (O_EXCL): another process's temporary is not written into.
FileDescriptor create(const fs::path& path) {
  FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions_of_new_files));
  if (!file) throw DataError("cannot create {}: {}", path.string(), system_reason());
  return file;
}

void sync_file(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0)
    throw DataError("cannot sync {}: {}", path.string(), system_reason());
}

}  // namespace

TemporaryFile::TemporaryFile(fs::path target)
    : target_(std::move(target)),
      path_(target_.parent_path() / (name_with_room(target_, ending.size()) + std::string(ending))) {
  // One that a killed program left may belong to somebody else, and could then not be opened for writing.
  std::error_code ignored;
  fs::remove(path_, ignored);
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  if (!final_) fs::remove(path_, ignored);
}

void TemporaryFile::take_final_name() {
  // The order: permissions before the sync, so that they reach the disk with the content; the rename after
  // it, since else a crash could leave the final name with nothing behind it; the folder last, since the
  // rename itself is only durable then.
  struct stat before {};
  if (::stat(target_.c_str(), &before) == 0 && ::chmod(path_.c_str(), before.st_mode & 07777U) != 0)
    throw DataError("cannot set the permissions of {}: {}", path_.string(), system_reason());
  sync_file(path_);
  std::error_code failed;
  fs::rename(path_, target_, failed);
  if (failed)
    throw DataError("cannot rename {} to {}: {}", path_.string(), target_.string(), failed.message());
  final_ = true;
  sync_folder(target_.parent_path());
}

OutputFile::OutputFile(fs::path path) : path_(std::move(path)) {
  const Target target = target_of(path_);
  if (target.kind != Kind::regular) {
    file_ = open_as_it_is(target, path_);
    return;
  }
  temporary_.emplace(target.path);
  file_ = create(temporary_->path());
}

void OutputFile::write(std::span<const std::byte> bytes) { append_exactly(file_, path_, bytes); }

void OutputFile::commit() {
  if (!temporary_) return;
  // By the descriptor that wrote: a network file system tells a full disk to no other.
  if (::fsync(file_.get()) != 0) throw DataError("cannot write {}: {}", path_.string(), system_reason());
  file_ = FileDescriptor();
  temporary_->take_final_name();
}

void replace_file(const fs::path& path, std::string_view content) {
  const std::span<const std::byte> piece = std::as_bytes(std::span(content));
  replace_file(path, std::span(&piece, 1));
}

void replace_file(const fs::path& path, std::span<const std::span<const std::byte>> pieces) {
  OutputFile file(path);
  for (const auto piece : pieces) file.write(piece);
  file.commit();
}

void replace_file(const fs::path& path, const std::function<void(const fs::path& temporary)>& write) {
  TemporaryFile temporary(regular_target_of(path));
  write(temporary.path());
  temporary.take_final_name();
}

void check_output(const fs::path& path) {
  const Target target = target_of(path);
  const bool regular = target.kind == Kind::regular;
  const auto written = regular ? target.path.parent_path() / "." : target.path;
  const bool possible = target.kind == Kind::descriptor ? ::fcntl(target.descriptor, F_GETFD) >= 0
                                                        : ::access(written.c_str(), W_OK) == 0;
  if (!possible)
    throw DataError("cannot write {}{}: {}", path.string(), regular ? ": its folder" : "", system_reason());
}

bool is_standard_output(const fs::path& path) {
  struct stat named {};
  struct stat printed {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &printed) == 0 &&
         named.st_dev == printed.st_dev && named.st_ino == printed.st_ino;
}

}  // namespace fedfr
