// Every call of the system is repeated until all is read or written, and a failure names the file and says
// what the system said.
#include "fedfr/core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr {

namespace fs = std::filesystem;

namespace {

std::int64_t size_of(const FileDescriptor& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    throw DataError("cannot read {}: {}", path.string(), system_reason());
  return status.st_size;
}

/// From where the descriptor stands to the end, at most `most` bytes.
std::string read_to_end(const FileDescriptor& file, const fs::path& path, std::size_t most) {
  constexpr std::size_t step = 65536;
  struct stat status {};
  const bool sized = ::fstat(file.get(), &status) == 0 && status.st_size > 0;
  const auto refuse = [&] {
    throw DataError(
        "{} does not end within {} bytes, the most that fedfr reads of such a file: is it the "
        "right one?",
        path.string(), most);
  };
  if (sized && static_cast<std::uintmax_t>(status.st_size) > most) refuse();
  // One byte more than it has, so that the end of a file that has not grown is met at once.
  std::string text(sized ? static_cast<std::size_t>(status.st_size) + 1 : step, '\0');
  for (std::size_t used = 0;;) {
    if (used == text.size()) text.resize(used + std::max(step, used / 2));
    const ssize_t got = ::read(file.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw AccessError("cannot read {}: {}", path.string(), system_reason());
    used += static_cast<std::size_t>(got);
    if (used > most) refuse();
    if (got > 0) continue;
    text.resize(used);
    return text;
  }
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& from) noexcept {
  const FileDescriptor old(std::exchange(fd_, std::exchange(from.fd_, -1)));
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileDescriptor open_for_reading(const fs::path& path) {
  // Before it is opened: a FIFO would wait for somebody to write.
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw DataError("{} is {}, where a regular file is needed", path.string(),
                    S_ISDIR(status.st_mode) ? "a folder" : "a pipe or device");
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw AccessError("cannot open {}: {}", path.string(), system_reason());
  return fd;
}

void read_exactly(const FileDescriptor& file, const fs::path& path, std::int64_t offset,
                  std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::pread(file.get(), out.data(), out.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw AccessError("cannot read {}: {}", path.string(), system_reason());
    if (got == 0) throw DataError("{} ends early: is it truncated?", path.string());
    out = out.subspan(static_cast<std::size_t>(got));
    offset += got;
  }
}

void write_exactly(const FileDescriptor& file, const fs::path& path, std::int64_t offset,
                   std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file.get(), bytes.data(), bytes.size(), offset);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw DataError("cannot write {}: {}", path.string(), system_reason());
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += put;
    sign_of_life();
  }
}

void append_exactly(const FileDescriptor& file, const fs::path& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw DataError("cannot write {}: {}", path.string(), system_reason());
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    sign_of_life();
  }
}

void sync_folder(const fs::path& folder) {
  const char* name = folder.empty() ? "." : folder.c_str();
  const FileDescriptor fd(::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) throw DataError("cannot sync {}: {}", name, system_reason());
}

std::string read_text(const fs::path& path, std::size_t most) {
  return read_to_end(open_for_reading(path), path, most);
}

std::string read_input(const fs::path& path, std::size_t most) {
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (fs::is_regular_file(status) || fs::is_directory(status)) return read_text(path, most);
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ENOENT && path.string().starts_with("/dev/fd/"))
    throw DataError(
        "cannot open {}: whoever started this program has not passed the pipe on, as launchers do; write its "
        "content to a file and name that",
        path.string());
  if (!file) throw AccessError("cannot open {}: {}", path.string(), system_reason());
  return read_to_end(file, path, most);
}

bool have_same_bytes(const fs::path& a, const fs::path& b) {
  const FileDescriptor left = open_for_reading(a);
  const FileDescriptor right = open_for_reading(b);
  const std::int64_t size = size_of(left, a);
  if (size_of(right, b) != size) return false;
  std::array<std::vector<std::byte>, 2> blocks;
  for (std::int64_t at = 0; at < size; at += std::ssize(blocks[0])) {
    for (auto& block : blocks)
      block.resize(static_cast<std::size_t>(std::min(size - at, std::int64_t{1} << 20)));
    read_exactly(left, a, at, blocks[0]);
    read_exactly(right, b, at, blocks[1]);
    if (blocks[0] != blocks[1]) return false;
  }
  return true;
}

void make_folder(const fs::path& path) {
  if (path.empty()) return;  // the folder of a name without one: where we are
  std::error_code failed;
  // What a path only leads through and out of again (new/../name) would be made for nothing.
  fs::path before;
  for (const auto& part : path) {
    if (part == ".." && !before.empty() && !fs::exists(before, failed))
      throw DataError("cannot create the folder {}: there is no folder {} to go up from", path.string(),
                      before.string());
    before /= part;
  }
  fs::create_directories(path, failed);
  if (failed) throw DataError("cannot create the folder {}: {}", path.string(), failed.message());
}

}  // namespace fedfr
