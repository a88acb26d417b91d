#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image_source.hpp"

namespace fedfr::data {

/// Images that are named by paths, and whose person is a folder of that path: the folder of the image, or the
/// one at a level from the root. A person is called by the name of that folder, but where two folders of
/// different places have one name, each by its path.
class PathIndex {
 public:
  /// @param identity_level  0: the folder of the image; N: the N-th folder of the path, from 1
  explicit PathIndex(int identity_level) : level_(identity_level) {}

  /// @param path   relative to the root, folders separated by single slashes
  /// @param place, bytes, file  for whoever reads the image
  /// @returns whether it lies in a folder of a person; it is taken only then
  bool add(std::string_view path, std::uint64_t place, std::uint32_t bytes, std::uint32_t file);

  /// Sorts what was added by names of people and images. Of several with one path the last is taken; the
  /// others are left out. An image's `place` is then the index of its entry.
  SourceIndex sorted();

  std::string_view path(const IndexedImage& image) const { return path_at(entry(image)); }
  std::string_view image_name(const IndexedImage& image) const { return split(path(image)).image; }
  std::uint64_t place(const IndexedImage& image) const { return entry(image).place; }
  std::uint32_t bytes(const IndexedImage& image) const { return entry(image).bytes; }

 private:
  struct Entry {
    std::uint64_t text;  // where its path begins in texts_
    std::uint64_t place;
    std::uint32_t bytes;
    std::uint32_t file;
  };
  struct Parts {
    std::string_view identity, image;  // an empty identity: in no folder of a person
  };
  Parts split(std::string_view path) const;
  const Entry& entry(const IndexedImage& image) const { return entries_[image.place]; }
  std::string_view path_at(const Entry& entry) const { return texts_.c_str() + entry.text; }

  int level_;
  std::vector<Entry> entries_;
  std::string texts_;  // each with a zero behind it
};

}  // namespace fedfr::data
