#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "fedfr/core/error.hpp"

namespace fedfr {

/// The system did not let a file or folder be opened or read, so that nothing is known of what it holds.
/// Where something older takes the place of what is damaged, it must not do so for this.
struct AccessError : DataError {
  using DataError::DataError;
};

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

/// What the user's umask leaves of these are the permissions of every file that fedfr makes, so that a group
/// can share its runs.
constexpr unsigned permissions_of_new_files = 0666;

/// For reading at any place, so only a regular file: a pipe would block or be used up, a device never end.
/// @throws AccessError naming the path if it cannot be opened; DataError if it is none
FileDescriptor open_for_reading(const std::filesystem::path& path);

/// Fills `out` from `offset`; short reads are completed.
/// @throws AccessError naming the path when the read fails; DataError when the file ends early
void read_exactly(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t offset,
                  std::span<std::byte> out);

/// Writes all of `bytes` at `offset`.
/// @throws DataError naming the path, for example on a full disk
void write_exactly(const FileDescriptor& file, const std::filesystem::path& path, std::int64_t offset,
                   std::span<const std::byte> bytes);

/// Writes all of `bytes` at the end, also of a pipe or device.
/// @throws DataError naming the path, for example on a full disk
void append_exactly(const FileDescriptor& file, const std::filesystem::path& path,
                    std::span<const std::byte> bytes);

/// Makes the names in a folder durable, for example after a rename in it.
/// @throws DataError naming the folder
void sync_folder(const std::filesystem::path& folder);

/// The most that is read of a file in one piece, unless its reader says otherwise: far above any list or
/// description that fedfr reads, and what its readers make of as much still fits a machine. A file of holes
/// may claim to have any size.
constexpr std::size_t most_bytes_at_once = std::size_t{64} << 20U;
/// Of a file that people write: a job, a sweep, the record of a run's options.
constexpr std::size_t most_bytes_of_options = std::size_t{1} << 20U;

/// All of a regular file.
/// @throws DataError naming the path, and when it has more than `most` bytes
std::string read_text(const std::filesystem::path& path, std::size_t most = most_bytes_at_once);

/// All of what a user names as an input, which may be a pipe, too: `fedfr train <(sed ...)`. It is used up
/// then.
/// @throws DataError naming the path, and when it does not end within `most` bytes
std::string read_input(const std::filesystem::path& path, std::size_t most = most_bytes_at_once);

/// Whether two regular files are equal, of whatever length.
/// @throws DataError naming the path
bool have_same_bytes(const std::filesystem::path& a, const std::filesystem::path& b);

/// @throws DataError naming the path; an existing folder is fine
void make_folder(const std::filesystem::path& path);

}  // namespace fedfr
