// Paths lie one after the other in one text: a string of its own for each of a million images would take as
// much memory again for its bookkeeping.
#include "path_index.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "fedfr/core/indices.hpp"

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

bool PathIndex::add(std::string_view path, std::uint64_t place, std::uint32_t bytes, std::uint32_t file) {
  if (split(path).identity.empty()) return false;
  entries_.push_back({texts_.size(), place, bytes, file});
  texts_.append(path).push_back('\0');
  return true;
}

SourceIndex PathIndex::sorted() {
  const auto parts = [&](std::size_t i) {
    const auto [identity, image] = split(path_at(entries_[i]));
    return std::pair(identity, image);
  };
  std::vector<std::size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, parts);

  SourceIndex index;
  std::vector<std::string_view> folders;          // of people, by path
  std::map<std::string_view, int> folders_named;  // how many
  std::vector<IndexedImage> images;
  images.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [identity, image] = parts(order[i]);
    if (i + 1 < order.size() && parts(order[i + 1]) == std::pair(identity, image)) {
      index.left_out.push_back(
          {"replaced by a later one of the same name", std::string(path_at(entries_[order[i]]))});
      continue;
    }
    if (folders.empty() || folders.back() != identity) {
      folders.push_back(identity);
      ++folders_named[last_name(identity)];
    }
    images.push_back({order[i], static_cast<std::uint32_t>(folders.size() - 1), entries_[order[i]].file});
  }

  const auto name = [&](std::size_t folder) {
    return folders_named[last_name(folders[folder])] > 1 ? folders[folder] : last_name(folders[folder]);
  };
  std::vector<std::size_t> by_name(folders.size());
  std::iota(by_name.begin(), by_name.end(), std::size_t{0});
  std::ranges::sort(by_name, {}, name);
  std::vector<std::uint32_t> rank(folders.size());
  for (std::size_t i = 0; i < by_name.size(); ++i) {
    rank[by_name[i]] = static_cast<std::uint32_t>(i);
    index.identities.emplace_back(name(by_name[i]));
  }
  for (auto& image : images) image.identity = rank[image.identity];
  std::ranges::stable_sort(images, {}, &IndexedImage::identity);
  index.images = std::move(images);
  return index;
}

}  // namespace fedfr::data
