#include "shard_pixels.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "fedfr/core/error.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

struct OpenFile {
  const FileDescriptor& file;
  const fs::path& path;
};

FileDescriptor open_for_both(const fs::path& path, int how) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | how, permissions_of_new_files));
  if (!file) throw DataError("cannot write {}: {}", path.string(), system_reason());
  return file;
}

void copy(const OpenFile& from, std::int64_t begin, std::int64_t bytes, const OpenFile& to, std::int64_t at) {
  constexpr std::int64_t most_at_once = std::int64_t{1} << 20;
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(bytes, most_at_once)));
  for (std::int64_t done = 0; done < bytes;) {
    const auto part = std::span(buffer).first(
        static_cast<std::size_t>(std::min<std::int64_t>(std::ssize(buffer), bytes - done)));
    read_exactly(from.file, from.path, begin + done, part);
    write_exactly(to.file, to.path, at + done, part);
    done += std::ssize(part);
  }
}

}  // namespace

ShardPixels::ShardPixels(const fs::path& shard, std::int64_t begin)
    : temporary_(shard), file_(open_for_both(temporary_.path(), O_CREAT | O_EXCL)), begin_(begin) {}

void ShardPixels::add(std::span<const std::byte> pixels) {
  constexpr std::size_t enough_to_write = std::size_t{1} << 20U;
  waiting_.append(reinterpret_cast<const char*>(pixels.data()), pixels.size());
  size_ += std::ssize(pixels);
  if (waiting_.size() >= enough_to_write) write_waiting();
}

void ShardPixels::write_waiting() {
  const auto at = begin_ + size_ - std::ssize(waiting_);
  write_exactly(file_, temporary_.path(), at, std::as_bytes(std::span(waiting_)));
  waiting_.clear();
}

void ShardPixels::finish(const fs::path& rest, std::int64_t begin) {
  write_waiting();
  FileDescriptor other = open_for_both(rest, 0);
  const OpenFile with_pixels{file_, temporary_.path()}, without{other, rest};
  if (begin == begin_) {
    const auto end = begin + size_;
    copy(without, 0, begin, with_pixels, 0);
    copy(without, end, static_cast<std::int64_t>(fs::file_size(rest)) - end, with_pixels, end);
  } else {
    copy(with_pixels, begin_, size_, without, begin);
    fs::rename(rest, temporary_.path());
    file_ = std::move(other);
  }
  // By the descriptor that wrote: a network file system tells a full disk to no other.
  if (::fsync(file_.get()) != 0)
    throw DataError("cannot write {}: {}", temporary_.path().string(), system_reason());
  file_ = FileDescriptor();
  temporary_.take_final_name();
}

}  // namespace fedfr::data
