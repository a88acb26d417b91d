#pragma once
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

/// Bytes that can be read at any place, by several threads at once: what a reader of a format knows of a
/// file.
class Bytes {
 public:
  virtual ~Bytes() = default;
  virtual std::int64_t size() const = 0;
  virtual std::string name() const = 0;  ///< for messages
  /// @throws DataError naming them, and if they end before `out` is full
  virtual void read(std::int64_t offset, std::span<std::byte> out) const = 0;

  /// As many bytes from `offset` as fit and as there are.
  std::span<std::byte> read_some(std::int64_t offset, std::span<std::byte> out) const {
    const auto left = static_cast<std::size_t>(std::max<std::int64_t>(0, size() - offset));
    out = out.first(std::min(out.size(), left));
    read(offset, out);
    return out;
  }
};

/// A file; of very many at once each is opened anew for each read, since a process may not have so many open.
class FileBytes final : public Bytes {
 public:
  /// @param among  how many files there are
  /// @throws DataError if it is no regular file that can be opened
  explicit FileBytes(std::filesystem::path path, std::size_t among = 1)
      : path_(std::move(path)),
        file_(open_for_reading(path_)),
        size_(static_cast<std::int64_t>(std::filesystem::file_size(path_))) {
    constexpr std::size_t most_open = 128;
    if (among > most_open) file_ = {};
  }
  /// @param file  opened already; `path` is for messages
  FileBytes(std::filesystem::path path, FileDescriptor file, std::int64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}
  std::int64_t size() const override { return size_; }
  std::string name() const override { return printable(path_.string()); }
  void read(std::int64_t offset, std::span<std::byte> out) const override {
    if (file_)
      read_exactly(file_, path_, offset, out);
    else
      read_exactly(open_for_reading(path_), path_, offset, out);
  }
  /// Its descriptor, at its beginning, for a library that reads from one end to the other.
  FileDescriptor from_start() const {
    FileDescriptor file = file_ ? FileDescriptor(::dup(file_.get())) : open_for_reading(path_);
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
  }

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::int64_t size_;
};

class MemoryBytes final : public Bytes {
 public:
  /// @param bytes  must outlive this
  MemoryBytes(std::string name, std::span<const std::byte> bytes) : name_(std::move(name)), bytes_(bytes) {}
  std::int64_t size() const override { return std::ssize(bytes_); }
  std::string name() const override { return name_; }
  void read(std::int64_t offset, std::span<std::byte> out) const override {
    if (offset < 0 || offset > size() || std::ssize(out) > size() - offset)
      throw DataError("{} ends early: is it truncated?", name_);
    std::ranges::copy(bytes_.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
  }

 private:
  std::string name_;
  std::span<const std::byte> bytes_;
};

}  // namespace fedfr::data
