#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "fedfr/core/file.hpp"

/// Files for results, at the names that people give: `figures.json`, a link to another disk, `/dev/stdout`, a
/// FIFO. What is a file is replaced at once or not at all; what is none is written as it is, and never
/// replaced: a rename over /dev/null would take the device from the whole system.
namespace fedfr {

/// A new file that takes its final name only when it is complete and on the disk: a crash at any instant
/// leaves the old or the new content.
class TemporaryFile {
 public:
  /// @param target  of a regular file, or one that does not exist yet; no link
  explicit TemporaryFile(std::filesystem::path target);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();  ///< removes it, unless it has its final name

  const std::filesystem::path& path() const { return path_; }

  /// Syncs it, gives it the permissions of the file that it replaces, renames it, and syncs the folder.
  /// @throws DataError naming the file
  void take_final_name();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  bool final_ = false;
};

/// An output being written, piece by piece. A link is followed: its target is replaced and the link stays. A
/// device, a pipe or a descriptor such as /dev/stdout gets each piece at once, without a temporary.
class OutputFile {
 public:
  /// @throws DataError naming the path: its folder is missing, it is a folder, or it cannot be written
  explicit OutputFile(std::filesystem::path path);

  /// @throws DataError naming the path, for example on a full disk; the old content is then still there
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// To be called when all is written; without it nothing is replaced.
  void commit();

 private:
  std::filesystem::path path_;  // as it was named, for messages
  std::optional<TemporaryFile> temporary_;
  FileDescriptor file_;
};

/// Creates or replaces an output with this content.
/// @throws DataError as OutputFile
void replace_file(const std::filesystem::path& path, std::string_view content);
void replace_file(const std::filesystem::path& path, std::span<const std::span<const std::byte>> pieces);

/// The same for libraries that want the name of a file: `write` fills the temporary. Only for regular files.
void replace_file(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path& temporary)>& write);

/// Finds out before the work whether its result could be written; changes nothing and does not open a FIFO.
/// @throws DataError naming the path and what is wrong with it
void check_output(const std::filesystem::path& path);

/// Whether an output of this name and what is printed go to the same place: a remark would spoil the file.
bool is_standard_output(const std::filesystem::path& path);

}  // namespace fedfr
