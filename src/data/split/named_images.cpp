// Of each name a hash is kept, since a million names would take a hundred megabytes; what is found is
// compared.
#include "named_images.hpp"

#include <algorithm>

#include "fedfr/core/checksum.hpp"
#include "fedfr/core/error.hpp"
#include "fedfr/core/utf8.hpp"

namespace fedfr::data {

namespace {

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Without the type of the file.
std::string_view stem(std::string_view path) {
  const auto dot = path.rfind('.');
  const auto slash = path.rfind('/');
  const bool has_type =
      dot != std::string_view::npos && dot != 0 && (slash == std::string_view::npos || dot > slash + 1);
  return has_type ? path.substr(0, dot) : path;
}

std::uint64_t hash(std::string_view text) { return hash64(std::as_bytes(std::span(text))); }

}  // namespace

NamedImages::NamedImages(const Dataset& collection)
    : collection_(collection), all_(collection.all()), identities_(collection.identity_names(ClientId{0})) {
  for (std::int64_t i = 0; i < all_.size(); ++i) {
    const std::string name = full_name(i);
    names_.emplace_back(hash(name), i);
    stems_.emplace_back(hash(stem(name)), i);
    last_names_.emplace_back(hash(stem(last_part(name))), i);
  }
  for (auto* keys : {&names_, &stems_, &last_names_}) std::ranges::sort(*keys);
}

std::string NamedImages::full_name(std::int64_t image) const {
  const auto label = static_cast<std::size_t>(all_.labels()[static_cast<std::size_t>(image)]);
  return identities_[label] + "/" + all_.source_name(image);
}

std::int64_t NamedImages::find(const std::string& path, const std::string& place) const {
  const auto look_up = [&](const std::vector<Key>& keys, std::string_view wanted,
                           auto part_of_name) -> std::int64_t {
    std::vector<std::int64_t> found;
    for (auto key = std::ranges::lower_bound(keys, hash(wanted), {}, &Key::first);
         key != keys.end() && key->first == hash(wanted); ++key)
      if (part_of_name(full_name(key->second)) == wanted) found.push_back(key->second);
    if (found.size() > 1)
      throw DataError("{}: \"{}\" may be {} or {} of {}: which is meant cannot be told", place,
                      printable(path), full_name(found[0]), full_name(found[1]), collection_.path().string());
    return found.empty() ? -1 : found[0];
  };
  const auto whole = [](const std::string& name) { return name; };
  const auto without_type = [](const std::string& name) { return std::string(stem(name)); };
  const auto last = [](const std::string& name) { return std::string(stem(last_part(name))); };

  // The longest end first: the more of a path agrees, the surer it is.
  for (std::string_view end = path; end.find('/') != std::string_view::npos;) {
    if (const auto image = look_up(names_, end, whole); image >= 0) return image;
    if (const auto image = look_up(stems_, stem(end), without_type); image >= 0) return image;
    end.remove_prefix(end.find('/') + 1);
  }
  if (path.find('/') == std::string::npos)
    if (const auto image = look_up(last_names_, stem(path), last); image >= 0) return image;
  throw DataError("{}: {} has no image \"{}\"; its images are called for example \"{}\"", place,
                  collection_.path().string(), printable(path), all_.size() > 0 ? full_name(0) : "");
}

}  // namespace fedfr::data
