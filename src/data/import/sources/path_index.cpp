#include "path_index.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace fedfr::data {

namespace {

std::string_view last_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

PathIndex::Parts PathIndex::split(std::string_view path) const {
  std::size_t end = path.rfind('/');
  if (level_ > 0) {
    end = 0;
    for (int level = 0; level < level_ && end != std::string_view::npos; ++level)
      end = path.find('/', level == 0 ? 0 : end + 1);
  }
  if (end == std::string_view::npos) return {{}, path};
  return {path.substr(0, end), path.substr(end + 1)};
}

bool PathIndex::add(IndexedImage image) {
  const auto [identity, name] = split(image.name);
  if (identity.empty()) return false;
  image.identity = folders_.number(identity);
  std::string order(name);
  order.push_back('\0');  // so that a name comes before one that begins with it
  images_.add(image, order);
  return true;
}

std::vector<std::string> PathIndex::sort() {
  const auto& folders = folders_.texts();
  std::unordered_map<std::string_view, int> folders_named;  // how many
  for (const auto* folder : folders) ++folders_named[last_name(*folder)];
  const auto name = [&](std::uint32_t folder) -> std::string_view {
    return folders_named[last_name(*folders[folder])] > 1 ? *folders[folder] : last_name(*folders[folder]);
  };
  std::vector<std::uint32_t> by_name(folders.size());
  std::iota(by_name.begin(), by_name.end(), 0U);
  std::ranges::sort(by_name, {}, name);
  std::vector<std::uint32_t> rank(folders.size());
  std::vector<std::string> names;
  names.reserve(folders.size());
  for (const auto folder : by_name) {
    rank[folder] = static_cast<std::uint32_t>(names.size());
    names.emplace_back(name(folder));
  }
  folders_named.clear();
  folders_ = {};
  images_.sort(rank);
  return names;
}

bool PathIndex::next(IndexedImage& image, SourceNotes& notes) {
  for (IndexedImage found; images_.next(found);) {
    if (!ahead_) {
      ahead_ = found;
    } else if (ahead_->name == found.name) {
      notes.leave_out("replaced by a later one of the same name", found.name);
      ahead_ = found;
    } else {
      image = std::exchange(*ahead_, found);
      return true;
    }
  }
  if (!ahead_) return false;
  image = *std::exchange(ahead_, std::nullopt);
  return true;
}

}  // namespace fedfr::data
