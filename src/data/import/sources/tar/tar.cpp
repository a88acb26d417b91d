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
  TarSource(std::vector<TarFile> files, int identity_level)
      : files_(std::move(files)), found_(identity_level) {}

  SourceIndex index() override {
    SourceIndex notes;
    for (std::size_t i = 0; i < files_.size(); ++i)
      files_[i].for_each(
          [&](const TarMember& member) {
            look_at(member, static_cast<std::uint32_t>(i), notes);
            return true;
          },
          [&](const std::string& name, const char* why) { leave_out(notes, why, i, name); });
    auto index = found_.sorted();
    std::ranges::move(notes.left_out, std::back_inserter(index.left_out));
    index.bad = std::move(notes.bad);
    return index;
  }

  std::string read(const IndexedImage& image) const override {
    return files_[image.file].read(found_.place(image), found_.bytes(image));
  }
  std::string image_name(const IndexedImage& image) const override {
    return std::string(found_.image_name(image));
  }
  std::string where(const IndexedImage& image) const override {
    return fmt::format("{}, {}", files_[image.file].name(), found_.path(image));
  }

 private:
  void look_at(const TarMember& member, std::uint32_t file, SourceIndex& notes) {
    const auto path = tidy_member_name(member.name);
    if (has_system_part(path)) return leave_out(notes, hidden_file, file, member.name);
    if (!is_image_name(path)) return leave_out(notes, no_image_name, file, member.name);
    auto trouble = trouble_with_name(path);
    if (member.size > most_bytes_of_image)
      trouble = fmt::format("it has {} bytes, more than any image", member.size);
    if (trouble)
      return notes.bad.push_back(
          fmt::format("{}, {}: {}", files_[file].name(), printable(member.name), *trouble));
    if (!found_.add(path, member.offset, static_cast<std::uint32_t>(member.size), file))
      leave_out(notes, not_of_a_person, file, member.name);
  }

  void leave_out(SourceIndex& notes, const char* why, std::size_t file, const std::string& name) const {
    notes.left_out.push_back({why, fmt::format("{}, {}", files_[file].name(), name)});
  }

  std::vector<TarFile> files_;
  PathIndex found_;
};

}  // namespace

std::unique_ptr<ImageSource> tar_source(std::vector<TarFile> files, int identity_level) {
  return std::make_unique<TarSource>(std::move(files), identity_level);
}

}  // namespace fedfr::data
