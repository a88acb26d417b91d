#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "fedfr/core/file.hpp"

/// For what is too much for memory and is not to be kept: bytes in a nameless file (nameless_file.hpp).
namespace fedfr {

/// @throws DataError naming the folder
FileDescriptor new_scratch_file(const std::filesystem::path& folder);

/// Pieces one behind the other, which can then be read at any place. Few bytes stay in memory, and there is
/// no file.
class ScratchFile {
 public:
  static constexpr std::size_t usual_bytes_at_once = std::size_t{1} << 20U;

  /// @param folder  of the file; empty: the current one
  /// @param bytes_at_once  that are held before they are written
  explicit ScratchFile(std::filesystem::path folder, std::size_t bytes_at_once = usual_bytes_at_once)
      : folder_(std::move(folder)), bytes_at_once_(bytes_at_once) {}

  std::uint64_t size() const { return written_ + waiting_.size(); }  ///< where the next piece begins
  /// @throws DataError naming the folder, for example on a full disk
  void add(std::span<const std::byte> piece);
  void add(std::string_view piece) { add(std::as_bytes(std::span(piece))); }

  /// May be called by several threads at once, while nothing is added.
  /// @throws DataError if there are not so many
  void read(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  void write(std::span<const std::byte> bytes);

  std::filesystem::path folder_;
  std::size_t bytes_at_once_;
  FileDescriptor file_;
  std::uint64_t written_ = 0;
  std::string waiting_;
};

/// A part of a scratch file, read from its beginning to its end.
class ScratchReader {
 public:
  /// @param file    must outlive this, and where it is
  /// @param buffer  bytes that are read at once
  ScratchReader(const ScratchFile& file, std::uint64_t begin, std::uint64_t end, std::size_t buffer)
      : file_(&file), at_(begin), end_(end), buffer_(buffer) {}

  bool at_end() const { return taken_ == held_.size() && at_ == end_; }
  /// The next bytes, valid until the next call.
  /// @throws DataError if there are not so many
  std::string_view take(std::size_t bytes);
  /// The same, but fewer where there are fewer.
  std::string_view take_up_to(std::size_t bytes) {
    return take(
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes, held_.size() - taken_ + (end_ - at_))));
  }
  template <class T>
  T take_number();

 private:
  const ScratchFile* file_;
  std::uint64_t at_, end_;  // of what is not yet read
  std::size_t buffer_;
  std::string held_;
  std::size_t taken_ = 0;  // of what is held
};

template <class T>
T ScratchReader::take_number() {
  T value;
  take(sizeof value).copy(reinterpret_cast<char*>(&value), sizeof value);
  return value;
}

}  // namespace fedfr
