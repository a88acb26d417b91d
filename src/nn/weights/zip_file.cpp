#include "zip_file.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "fedfr/core/utf8.hpp"

// By libarchive, which finds the files through the list at the end, as PyTorch does. What the list says of
// their sizes is not believed: they are read piece by piece.
namespace fedfr::nn {

namespace {

constexpr std::size_t block = std::size_t{1} << 18U;

struct Closer {
  void operator()(archive* opened) const { archive_read_free(opened); }
};
using Archive = std::unique_ptr<archive, Closer>;

[[noreturn]] void fail(archive* opened) {
  const char* why = archive_error_string(opened);
  throw DataError("it is damaged: {}", why == nullptr ? "no zip file" : printable(why));
}

std::vector<std::byte> read_member(archive* opened, std::int64_t& left) {
  std::vector<std::byte> bytes;
  while (true) {
    const std::size_t have = bytes.size();
    // Growing by what is there already, so that the sizes that were read are at most doubled.
    bytes.resize(have + std::min(std::max(have, block), static_cast<std::size_t>(left) + 1));
    const auto got = archive_read_data(opened, bytes.data() + have, bytes.size() - have);
    if (got < 0) fail(opened);
    bytes.resize(have + static_cast<std::size_t>(got));
    left -= got;
    if (left < 0) throw DataError("unpacked it is many times as large as the file");
    if (got == 0) break;
  }
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace

std::map<std::string, std::vector<std::byte>> read_zip(const FileDescriptor& file, std::int64_t most_bytes) {
  const Archive opened(archive_read_new());
  if (!opened || archive_read_support_format_zip_seekable(opened.get()) != ARCHIVE_OK ||
      archive_read_open_fd(opened.get(), file.get(), block) != ARCHIVE_OK)
    fail(opened.get());
  std::map<std::string, std::vector<std::byte>> members;
  archive_entry* entry = nullptr;
  int state = ARCHIVE_OK;
  while ((state = archive_read_next_header(opened.get(), &entry)) == ARCHIVE_OK) {
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) throw DataError("it is damaged: a file in it has no name");
    auto [member, fresh] = members.emplace(name, std::vector<std::byte>{});
    if (!fresh) throw DataError("it holds two files named '{}'", printable(name));
    member->second = read_member(opened.get(), most_bytes);
  }
  if (state != ARCHIVE_EOF) fail(opened.get());
  return members;
}

}  // namespace fedfr::nn
