// libarchive reads the headers, of which there are many kinds; the bytes of members are read by their
// offsets, by several threads. After a header libarchive stands at the first byte of the member.
#include "tar_file.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <vector>

#include "data/import/sources/file_names.hpp"
#include "fedfr/core/scratch_file.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t block = std::size_t{1} << 16U;

struct Close {
  void operator()(archive* opened) const { archive_read_free(opened); }
};
using Reader = std::unique_ptr<archive, Close>;

[[noreturn]] void refuse(archive* opened, const std::string& name, const char* doing) {
  const char* why = archive_error_string(opened);
  throw DataError("{}, near offset {}: {}: {}", name, archive_filter_bytes(opened, 0), doing,
                  why != nullptr ? why : "no reason was given");
}

bool is_compressed(const Bytes& bytes) {
  std::array<std::byte, 6> start{};
  const auto got = bytes.read_some(0, start);
  const auto starts_with = [&](std::initializer_list<int> mark) {
    return got.size() >= mark.size() &&
           std::ranges::equal(got.first(mark.size()), mark,
                              [](std::byte a, int b) { return std::to_integer<int>(a) == b; });
  };
  return starts_with({0x1F, 0x8B}) || starts_with({'B', 'Z', 'h'}) ||
         starts_with({0xFD, '7', 'z', 'X', 'Z', 0}) || starts_with({0x28, 0xB5, 0x2F, 0xFD});
}

FileBytes opened(const fs::path& path, const fs::path& scratch, std::size_t among) {
  FileBytes packed(path, among);
  if (!is_compressed(packed)) return packed;
  const Reader reader(archive_read_new());
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_raw(reader.get());
  const char* doing = "cannot unpack it";
  archive_entry* entry = nullptr;
  if (archive_read_open_filename(reader.get(), path.c_str(), block) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    refuse(reader.get(), packed.name(), doing);
  FileDescriptor unpacked = new_scratch_file(scratch);
  std::vector<std::byte> piece(block);
  std::int64_t size = 0;
  for (;;) {
    const auto got = archive_read_data(reader.get(), piece.data(), piece.size());
    if (got < 0) refuse(reader.get(), packed.name(), doing);
    if (got == 0) break;
    write_exactly(unpacked, scratch, size, std::span(piece).first(static_cast<std::size_t>(got)));
    size += got;
  }
  return {path, std::move(unpacked), size};
}

/// As UTF-8 where the file says that it is, else the bytes as they are.
std::string name_of(archive_entry* entry) {
  if (const char* name = archive_entry_pathname_utf8(entry)) return name;
  const char* name = archive_entry_pathname(entry);
  return name != nullptr ? name : "";
}

/// Why a member's bytes cannot be had in one piece; nothing if they can.
const char* trouble_with(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr)
    return "link in a tar file";
  if (archive_entry_filetype(entry) != AE_IFREG) return no_regular_file;
  return archive_entry_sparse_count(entry) > 0 ? "file with holes in a tar file" : nullptr;
}

}  // namespace

TarFile::TarFile(const fs::path& file, const fs::path& scratch, std::size_t among)
    : bytes_(opened(file, scratch, among)) {}

void TarFile::for_each(const std::function<bool(const TarMember&)>& take,
                       const std::function<void(const std::string& name, const char* why)>& pass_over) const {
  const FileDescriptor file = bytes_.from_start();
  const Reader reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_fd(reader.get(), file.get(), block) != ARCHIVE_OK)
    refuse(reader.get(), bytes_.name(), "no tar file");
  archive_entry* entry = nullptr;
  for (;;) {
    const int result = archive_read_next_header(reader.get(), &entry);
    if (result == ARCHIVE_EOF) return;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
      refuse(reader.get(), bytes_.name(), "it is damaged, or no tar file");
    const std::string name = name_of(entry);
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (const char* why = trouble_with(entry)) {
      pass_over(name, why);
      continue;
    }
    const TarMember member{name, static_cast<std::uint64_t>(archive_filter_bytes(reader.get(), 0)),
                           static_cast<std::uint64_t>(archive_entry_size(entry))};
    if (member.offset + member.size > static_cast<std::uint64_t>(bytes_.size()))
      throw DataError("{} ends inside of its member \"{}\" of {} bytes at offset {}: is it truncated?",
                      bytes_.name(), printable(name), member.size, member.offset);
    if (!take(member)) return;
  }
}

std::string TarFile::read(std::uint64_t offset, std::uint64_t size) const {
  std::string content(size, '\0');
  bytes_.read(static_cast<std::int64_t>(offset), std::as_writable_bytes(std::span(content)));
  return content;
}

}  // namespace fedfr::data
