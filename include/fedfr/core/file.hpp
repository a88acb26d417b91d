#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace fedfr {

/// A POSIX file descriptor that is closed once.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& from) noexcept;
  FileDescriptor& operator=(FileDescriptor&& from) noexcept;
  ~FileDescriptor();
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// @throws DataError naming the path if it cannot be opened
FileDescriptor open_for_reading(const std::filesystem::path& path);

/// Fills `out` from `offset`; short reads are completed.
/// @throws DataError naming the path when the file ends early or the read fails
void read_exactly(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t offset,
                  std::span<std::byte> out);

/// Writes all of `bytes` at `offset`.
/// @throws DataError naming the path, for example on a full disk
void write_exactly(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t offset,
                   std::span<const std::byte> bytes);

/// Creates or replaces a file so that a crash at any instant leaves the old or the new content: `write` fills
/// a temporary name beside it, which is then synced, renamed over `path`, and the folder synced.
/// @throws DataError naming the path (for example on a full disk); the temporary is then removed and `path`
/// untouched
void replace_file(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path& temporary)>& write);

/// The same for content that is at hand.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// Makes the names in a folder durable, for example after a rename in it.
/// @throws DataError naming the folder
void sync_folder(const std::filesystem::path& folder);

/// Writes all of `pieces` one after the other.
void write_pieces(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);

/// @throws DataError naming the path
std::string read_text(const std::filesystem::path& path);

/// @throws DataError naming the path; an existing folder is fine
void make_folder(const std::filesystem::path& path);

}  // namespace fedfr
