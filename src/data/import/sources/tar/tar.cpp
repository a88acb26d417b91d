// An identity a folder, in a tar file: its paths are taken as if it had been unpacked.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "data/import/sources/file_names.hpp"
#include "data/import/sources/image_source.hpp"
#include "data/import/sources/path_index.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "tar_file.hpp"

namespace fedfr::data {

namespace {

class TarSource final : public ImageSource {
 public:
  TarSource(std::vector<TarFile> files, const std::filesystem::path& scratch, int identity_level)
      : files_(std::move(files)), found_(identity_level, scratch) {}

  std::vector<std::string> index(SourceNotes& notes) override {
    for (std::size_t i = 0; i < files_.size(); ++i)
      files_[i].for_each(
          [&](const TarMember& member) {
            look_at(member, static_cast<std::uint32_t>(i), notes);
            return true;
          },
          [&](const std::string& name, const char* why) { leave_out(notes, why, i, name); });
    return found_.sort();
  }
  std::int64_t images() const override { return found_.images(); }
  bool next(IndexedImage& image, SourceNotes& notes) override { return found_.next(image, notes); }

  std::span<const std::byte> read(const IndexedImage& image, Window& window) const override {
    return window.get(files_[image.file].bytes(), static_cast<std::int64_t>(image.place), image.bytes);
  }
  std::string image_name(const IndexedImage& image) const override {
    return std::string(found_.image_name(image));
  }
  std::string where(const IndexedImage& image) const override {
    return fmt::format("{}, {}", files_[image.file].name(), image.name);
  }

 private:
  void look_at(const TarMember& member, std::uint32_t file, SourceNotes& notes) {
    const auto path = tidy_member_name(member.name);
    if (has_system_part(path)) return leave_out(notes, hidden_file, file, member.name);
    if (!is_image_name(path)) return leave_out(notes, no_image_name, file, member.name);
    auto trouble = trouble_with_name(path);
    if (member.size > most_bytes_of_image)
      trouble = fmt::format("it has {} bytes, more than any image", member.size);
    if (trouble)
      return notes.note_bad(fmt::format("{}, {}: {}", files_[file].name(), printable(member.name), *trouble));
    if (!found_.add({.file = file,
                     .place = member.offset,
                     .bytes = static_cast<std::uint32_t>(member.size),
                     .name = path}))
      leave_out(notes, not_of_a_person, file, member.name);
  }

  void leave_out(SourceNotes& notes, const char* why, std::size_t file, const std::string& name) const {
    notes.leave_out(why, fmt::format("{}, {}", files_[file].name(), name));
  }

  std::vector<TarFile> files_;
  PathIndex found_;
};

}  // namespace

std::unique_ptr<ImageSource> tar_source(std::vector<TarFile> files, const std::filesystem::path& scratch,
                                        int identity_level) {
  return std::make_unique<TarSource>(std::move(files), scratch, identity_level);
}

}  // namespace fedfr::data
