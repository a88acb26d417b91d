// Folders of labs hold more than people and their images: what editors, file managers, storage systems and
// archives leave behind, links to nowhere, pipes. Only regular files are ever opened, and nothing is passed
// over without being noted. Links are followed, but a folder is a person once, by whatever names it is found.
#include "find_images.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 8> image_types{".jpg", ".jpeg",  ".jpe", ".jfif",
                                                      ".jif", ".pjpeg", ".png", ".apng"};
// No names that a person could have.
constexpr std::array<std::string_view, 19> of_systems{"@eadir",
                                                      "@tmp",
                                                      "@sharebin",
                                                      "@recycle",
                                                      "@recently-snapshot",
                                                      "#recycle",
                                                      "#snapshot",
                                                      "~snapshot",
                                                      "__macosx",
                                                      "network trash folder",
                                                      "temporary items",
                                                      "thevolumesettingsfolder",
                                                      "$recycle.bin",
                                                      "recycler",
                                                      "system volume information",
                                                      "thumbs.db",
                                                      "desktop.ini",
                                                      "lost+found",
                                                      "__pycache__"};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_of_a_system(const std::string& name) {
  return name.starts_with('.') || std::ranges::find(of_systems, lower_case(name)) != of_systems.end();
}

bool is_image(const fs::path& file) {
  return std::ranges::find(image_types, lower_case(file.extension().string())) != image_types.end();
}

/// Which folder it is, whatever links lead to it; nothing if it cannot be asked.
std::optional<std::pair<dev_t, ino_t>> place_of(const fs::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return std::nullopt;
  return std::pair(status.st_dev, status.st_ino);
}

class Finder {
 public:
  explicit Finder(std::int64_t most_images) : most_images_(most_images) {}

  FoundImages look(const fs::path& source) {
    std::error_code failed;
    const fs::directory_iterator entries(source, failed);
    if (failed) throw DataError("cannot list {}: {}", printable(source.string()), failed.message());
    std::vector<std::pair<bool, fs::path>> people;  // with whether it is a link
    each(entries, source, [&](const fs::path& path, fs::file_type type) {
      if (type != fs::file_type::directory)
        leave_out("not in a folder of a person", path);
      else if (has_good_name(path))
        people.emplace_back(fs::is_symlink(fs::symlink_status(path, failed)), path);
    });
    // Of several names of one folder its own is taken, else the first.
    std::ranges::sort(people);
    std::set<std::pair<dev_t, ino_t>> known;
    for (const auto& [is_link, path] : people) {
      const auto place = place_of(path);
      if (place && !known.insert(*place).second)
        leave_out("another name of the folder of a person", path);
      else
        look_at_identity(path);
    }
    std::ranges::sort(found_.identities, {}, &FoundIdentity::name);
    std::ranges::sort(found_.left_out, {}, [](const LeftOut& out) { return std::pair(out.why, out.path); });
    std::ranges::sort(found_.bad);
    return std::move(found_);
  }

 private:
  void look_at_identity(const fs::path& folder) {
    std::error_code failed;
    const fs::directory_iterator entries(folder, failed);
    if (failed) return note_bad(folder, fmt::format("cannot be listed: {}", failed.message()));
    FoundIdentity identity{folder.filename().string(), {}};
    each(entries, folder, [&](const fs::path& path, fs::file_type type) {
      if (type == fs::file_type::directory)
        leave_out("folder in the folder of a person", path);
      else if (type != fs::file_type::regular)
        leave_out("no regular file", path);
      else if (!is_image(path))
        leave_out("neither JPEG nor PNG by its name", path);
      else if (has_good_name(path))
        identity.files.push_back(path);
    });
    // Folders are listed in any order, but the first so many by name are meant.
    std::ranges::sort(identity.files);
    if (std::ssize(identity.files) > most_images_)
      identity.files.resize(static_cast<std::size_t>(most_images_));
    found_.identities.push_back(std::move(identity));
  }

  /// Calls `take` for what stands to be looked at, by the type of what links lead to.
  template <class Take>
  void each(fs::directory_iterator entries, const fs::path& folder, const Take& take) {
    std::error_code failed;
    for (; entries != fs::directory_iterator(); entries.increment(failed)) {
      const fs::path path = entries->path();
      if (is_of_a_system(path.filename().string())) {
        leave_out("hidden or of a system", path);
        continue;
      }
      std::error_code unknown;
      const auto type = entries->status(unknown).type();
      if (type == fs::file_type::not_found)
        leave_out("link to nothing", path);
      else if (type == fs::file_type::none)
        note_bad(path, unknown.message());
      else
        take(path, type);
    }
    if (failed) note_bad(folder, fmt::format("cannot be listed: {}", failed.message()));
  }

  /// Names are stored as UTF-8, and lists of people hold one a line.
  bool has_good_name(const fs::path& path) {
    const std::string name = path.filename().string();
    if (is_utf8(name) && printable(name) == name) return true;
    note_bad(path, is_utf8(name) ? "its name has control characters: rename it"
                                 : "its name is not UTF-8: rename it (convmv)");
    return false;
  }

  void leave_out(const char* why, const fs::path& path) { found_.left_out.push_back({why, path.string()}); }
  void note_bad(const fs::path& path, const std::string& why) {
    found_.bad.push_back(fmt::format("{}: {}", printable(path.string()), why));
  }

  std::int64_t most_images_;
  FoundImages found_;
};

}  // namespace

FoundImages find_images(const fs::path& source, std::int64_t most_images) {
  return Finder(most_images).look(source);
}

}  // namespace fedfr::data
