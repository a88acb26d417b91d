// Folders of labs hold more than people and their images: what editors, file managers, storage systems and
// archives leave behind, links to nowhere, pipes. Only regular files are ever opened, and nothing is passed
// over without being noted. Links are followed, but a folder is looked through once, by whatever names it is
// found: by its own, if that lies below the root, too. So links wait until all else has been seen.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"
#include "fedfr/core/utf8.hpp"
#include "fedfr/data/codec/image_codec.hpp"
#include "file_names.hpp"
#include "image_source.hpp"
#include "path_index.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

/// Looks through one root.
class Walker {
 public:
  Walker(fs::path root, std::uint32_t file, PathIndex& found, SourceNotes& notes)
      : root_(std::move(root)), file_(file), found_(found), notes_(notes) {}

  void walk() {
    std::error_code failed;
    const fs::directory_iterator entries(root_, failed);
    if (failed) throw DataError("cannot list {}: {}", printable(root_.string()), failed.message());
    look_through("");
    while (!links_.empty()) {
      auto links = std::exchange(links_, {});
      std::ranges::sort(links);
      for (const auto& link : links) look_through(link);
    }
  }

 private:
  fs::path full(const std::string& path) const { return path.empty() ? root_ : root_ / path; }

  void look_through(const std::string& folder) {
    struct stat status {};
    const bool known = ::stat(full(folder).c_str(), &status) == 0;
    if (known && !seen_.emplace(status.st_dev, status.st_ino).second)
      return leave_out("another name of a folder that was looked through", full(folder));
    std::error_code failed;
    fs::directory_iterator entry(full(folder), failed);
    std::vector<std::string> folders;
    bool is_empty = true;
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
      is_empty = false;
      const std::string name = entry->path().filename().string();
      look_at(*entry, folder.empty() ? name : folder + "/" + name, folders);
    }
    if (failed) return note_bad(full(folder), fmt::format("cannot be listed: {}", failed.message()));
    if (is_empty && !folder.empty()) leave_out("empty folder", full(folder));
    std::ranges::sort(folders);
    for (const auto& inner : folders) look_through(inner);
  }

  void look_at(const fs::directory_entry& entry, const std::string& path, std::vector<std::string>& folders) {
    const fs::path place = full(path);
    if (is_of_a_system(place.filename().string())) return leave_out(hidden_file, place);
    std::error_code unknown;
    const auto type = entry.status(unknown).type();
    if (type == fs::file_type::not_found) return leave_out("link to nothing", place);
    if (type == fs::file_type::none) return note_bad(place, unknown.message());
    const bool is_folder = type == fs::file_type::directory;
    if (!is_folder && type != fs::file_type::regular) return leave_out(no_regular_file, place);
    if (!is_folder && !is_image_name(path)) return leave_out(no_image_name, place);
    if (const auto trouble = trouble_with_name(place.filename().string())) return note_bad(place, *trouble);
    if (is_folder)
      (entry.is_symlink(unknown) ? links_ : folders).push_back(path);
    else if (!found_.add({.file = file_, .name = path}))
      leave_out(not_of_a_person, place);
  }

  void leave_out(const char* why, const fs::path& path) { notes_.leave_out(why, path.string()); }
  void note_bad(const fs::path& path, const std::string& why) {
    notes_.note_bad(fmt::format("{}: {}", printable(path.string()), why));
  }

  fs::path root_;
  std::uint32_t file_;
  PathIndex& found_;
  SourceNotes& notes_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::vector<std::string> links_;  // to folders, not yet followed
};

class FolderSource final : public ImageSource {
 public:
  FolderSource(SourcePaths folders, const fs::path& scratch, int identity_level)
      : folders_(std::move(folders)), found_(identity_level, scratch) {}

  std::vector<std::string> index(SourceNotes& notes) override {
    for (std::size_t i = 0; i < folders_.size(); ++i)
      Walker(folders_[i], static_cast<std::uint32_t>(i), found_, notes).walk();
    return found_.sort();
  }
  std::int64_t images() const override { return found_.images(); }
  bool next(IndexedImage& image, SourceNotes& notes) override { return found_.next(image, notes); }

  std::span<const std::byte> read(const IndexedImage& image, Window& window) const override {
    return window.hold(read_text(path(image), most_bytes_of_image));
  }
  std::string image_name(const IndexedImage& image) const override {
    return std::string(found_.image_name(image));
  }
  std::string where(const IndexedImage& image) const override { return path(image).string(); }

 private:
  fs::path path(const IndexedImage& image) const { return folders_[image.file] / image.name; }

  SourcePaths folders_;
  PathIndex found_;
};

}  // namespace

std::unique_ptr<ImageSource> folder_source(const SourcePaths& folders, const fs::path& scratch,
                                           int identity_level) {
  return std::make_unique<FolderSource>(folders, scratch, identity_level);
}

}  // namespace fedfr::data
