#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "bytes.hpp"

namespace fedfr::data {

/// A piece of a file in memory, of one thread: many small things that lie together are read by one call.
class Window {
 public:
  /// Until where in the file it is worth reading, when the next piece is not there and has to be read.
  void look_ahead(std::int64_t end) { ahead_ = end; }

  /// @returns bytes of the file, valid until the next call
  /// @throws DataError as Bytes::read
  std::span<const std::byte> get(const Bytes& file, std::int64_t offset, std::size_t size) {
    const auto end = offset + static_cast<std::int64_t>(size);
    if (file_ != &file || offset < begin_ || end > begin_ + std::ssize(held_)) {
      held_.resize(static_cast<std::size_t>(std::max(end, std::min(ahead_, file.size())) - offset));
      file_ = nullptr;  // unless it can be read
      file.read(offset, std::as_writable_bytes(std::span(held_)));
      file_ = &file;
      begin_ = offset;
    }
    return std::as_bytes(std::span(held_)).subspan(static_cast<std::size_t>(offset - begin_), size);
  }

  /// The same of what was put together.
  std::span<const std::byte> hold(std::string content) {
    file_ = nullptr;
    held_ = std::move(content);
    return std::as_bytes(std::span(held_));
  }

 private:
  const Bytes* file_ = nullptr;
  std::int64_t begin_ = 0;
  std::int64_t ahead_ = 0;
  std::string held_;
};

/// A file for one thread that reads little and then little behind it.
class ReadAhead final : public Bytes {
 public:
  /// @param bytes  must outlive this
  explicit ReadAhead(const Bytes& bytes) : bytes_(bytes) {}
  std::int64_t size() const override { return bytes_.size(); }
  std::string name() const override { return bytes_.name(); }
  void read(std::int64_t offset, std::span<std::byte> out) const override {
    window_.look_ahead(offset + bytes_ahead);
    std::ranges::copy(window_.get(bytes_, offset, out.size()), out.begin());
  }

 private:
  static constexpr std::int64_t bytes_ahead = std::int64_t{1} << 14;
  const Bytes& bytes_;
  mutable Window window_;
};

}  // namespace fedfr::data
