#include "fedfr/core/scratch_file.hpp"

#include <algorithm>

#include "fedfr/core/error.hpp"
#include "fedfr/core/nameless_file.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr {

FileDescriptor new_scratch_file(const std::filesystem::path& folder) {
  FileDescriptor file = nameless_file(folder);
  if (!file)
    throw DataError("cannot create a temporary file in {}: {}", folder.empty() ? "." : folder.string(),
                    system_reason());
  return file;
}

void ScratchFile::add(std::span<const std::byte> piece) {
  if (waiting_.size() + piece.size() > bytes_at_once_) {
    write(std::as_bytes(std::span(waiting_)));
    waiting_.clear();
    if (piece.size() > bytes_at_once_) return write(piece);
  }
  waiting_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
}

void ScratchFile::write(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (!file_) file_ = new_scratch_file(folder_);
  write_exactly(file_, folder_, static_cast<std::int64_t>(written_), bytes);
  written_ += bytes.size();
}

void ScratchFile::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (offset > size() || out.size() > size() - offset)
    throw DataError("a temporary file in {} has {} bytes, too few", folder_.string(), size());
  const auto of_file = out.first(
      static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), written_ - std::min(offset, written_))));
  if (!of_file.empty()) read_exactly(file_, folder_, static_cast<std::int64_t>(offset), of_file);
  if (of_file.size() == out.size()) return;
  const auto of_waiting = out.subspan(of_file.size());
  const auto begin = static_cast<std::size_t>(offset + of_file.size() - written_);
  std::ranges::copy(std::as_bytes(std::span(waiting_)).subspan(begin, of_waiting.size()), of_waiting.begin());
}

std::string_view ScratchReader::take(std::size_t bytes) {
  if (held_.size() - taken_ < bytes) {
    held_.erase(0, taken_);
    taken_ = 0;
    const auto before = held_.size();
    const auto more = std::min<std::uint64_t>(std::max(bytes, buffer_) - before, end_ - at_);
    held_.resize(before + static_cast<std::size_t>(more));
    file_->read(at_, std::as_writable_bytes(std::span(held_)).subspan(before));
    at_ += more;
    if (held_.size() < bytes) throw DataError("a temporary file ends early");
  }
  const auto taken = std::string_view(held_).substr(taken_, bytes);
  taken_ += bytes;
  return taken;
}

}  // namespace fedfr
