#include "fedfr/core/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "fedfr/core/activity.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr {

namespace fs = std::filesystem;

namespace {

std::string reason() { return std::generic_category().message(errno); }

/// fsync of a file or folder by name.
void sync_path(const fs::path& path, int flags) {
  const FileDescriptor fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) throw DataError("cannot sync {}: {}", path.string(), reason());
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
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw DataError("cannot open {}: {}", path.string(), reason());
  return fd;
}

void read_exactly(const FileDescriptor& file, const fs::path& path, std::int64_t offset,
                  std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::pread(file.get(), out.data(), out.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw DataError("cannot read {}: {}", path.string(), reason());
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
    if (put < 0) throw DataError("cannot write {}: {}", path.string(), reason());
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += put;
    sign_of_life();
  }
}

void replace_file(const fs::path& path, const std::function<void(const fs::path& temporary)>& write) {
  const fs::path temporary = path.string() + ".tmp";
  try {
    write(temporary);
    sync_path(temporary, O_RDONLY);
    std::error_code failed;
    fs::rename(temporary, path, failed);
    if (failed)
      throw DataError("cannot rename {} to {}: {}", temporary.string(), path.string(), failed.message());
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
  sync_folder(path.parent_path());
}

void sync_folder(const fs::path& folder) {
  sync_path(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY);
}

void replace_file(const fs::path& path, std::string_view content) {
  replace_file(path, [&](const fs::path& temporary) {
    const std::span<const std::byte> piece = std::as_bytes(std::span(content));
    write_pieces(temporary, std::span(&piece, 1));
  });
}

void write_pieces(const fs::path& path, std::span<const std::span<const std::byte>> pieces) {
  FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) throw DataError("cannot create {}: {}", path.string(), reason());
  std::int64_t offset = 0;
  for (const auto piece : pieces) {
    write_exactly(fd, path, offset, piece);
    offset += std::ssize(piece);
  }
}

std::string read_text(const fs::path& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed) throw DataError("cannot read {}: {}", path.string(), failed.message());
  std::string text(size, '\0');
  read_exactly(open_for_reading(path), path, 0, std::as_writable_bytes(std::span(text)));
  return text;
}

void make_folder(const fs::path& path) {
  if (path.empty()) return;  // the folder of a name without one: where we are
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) throw DataError("cannot create the folder {}: {}", path.string(), failed.message());
}

}  // namespace fedfr
