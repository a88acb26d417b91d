#include "scratch_file.hpp"

#include <span>

#include "fedfr/core/error.hpp"
#include "fedfr/core/nameless_file.hpp"
#include "fedfr/core/system.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

FileDescriptor new_scratch_file(const fs::path& folder) {
  FileDescriptor file = nameless_file(folder);
  if (!file) throw DataError("cannot create a temporary file in {}: {}", folder.string(), system_reason());
  return file;
}

ScratchFile::ScratchFile(const fs::path& folder) : folder_(folder), file_(new_scratch_file(folder)) {}

void ScratchFile::add(std::string_view piece) {
  constexpr std::size_t enough_to_write = std::size_t{1} << 20U;
  waiting_ += piece;
  if (waiting_.size() >= enough_to_write) finish();
}

void ScratchFile::finish() {
  write_exactly(file_, folder_, static_cast<std::int64_t>(size_), std::as_bytes(std::span(waiting_)));
  size_ += waiting_.size();
  waiting_.clear();
}

std::string ScratchFile::read(std::uint64_t offset, std::size_t size) const {
  std::string piece(size, '\0');
  read_exactly(file_, folder_, static_cast<std::int64_t>(offset), std::as_writable_bytes(std::span(piece)));
  return piece;
}

}  // namespace fedfr::data
