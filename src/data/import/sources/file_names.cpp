#include "file_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "fedfr/core/text.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

namespace {

constexpr std::array<std::string_view, 8> image_types{".jpg", ".jpeg",  ".jpe", ".jfif",
                                                      ".jif", ".pjpeg", ".png", ".apng"};
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

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

bool is_of_a_system(std::string_view name) {
  return name.starts_with('.') || std::ranges::find(of_systems, lower_case(name)) != of_systems.end();
}

std::string tidy_member_name(std::string_view name) {
  std::string path;
  while (!name.empty()) {
    const auto part = next_part(name, '/');
    if (part.empty() || part == ".") continue;
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

bool has_system_part(std::string_view path) {
  while (!path.empty())
    if (is_of_a_system(next_part(path, '/'))) return true;
  return false;
}

bool is_image_name(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot != std::string_view::npos && dot > 0 &&
         std::ranges::find(image_types, lower_case(name.substr(dot))) != image_types.end();
}

std::optional<std::string> trouble_with_name(std::string_view name) {
  if (!is_utf8(name)) return "its name is not UTF-8: rename it (convmv)";
  if (printable(name) != name) return "its name has control characters: rename it";
  return std::nullopt;
}

}  // namespace fedfr::data
