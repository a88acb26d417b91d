#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image_sorter.hpp"
#include "source_notes.hpp"
#include "text_numbers.hpp"

namespace fedfr::data {

/// Images that are named by paths, and whose person is a folder of that path: the folder of the image, or the
/// one at a level from the root. A person is called by the name of that folder, but where two folders of
/// different places have one name, each by its path.
class PathIndex {
 public:
  /// @param identity_level  0: the folder of the image; N: the N-th folder of the path, from 1
  PathIndex(int identity_level, const std::filesystem::path& scratch)
      : level_(identity_level), images_(scratch) {}

  /// @param image  of which all but the identity is set; its name is the path relative to the root, folders
  ///               separated by single slashes
  /// @returns whether it lies in a folder of a person; it is taken only then
  bool add(IndexedImage image);
  std::int64_t images() const { return images_.size(); }

  /// To be called when all are there.
  /// @returns names of people, sorted
  std::vector<std::string> sort();
  /// By names of people and images. Of several with one path the last is taken; the others are left out.
  bool next(IndexedImage& image, SourceNotes& notes);

  std::string_view image_name(const IndexedImage& image) const { return split(image.name).image; }

 private:
  struct Parts {
    std::string_view identity, image;  // an empty identity: in no folder of a person
  };
  Parts split(std::string_view path) const;

  int level_;
  TextNumbers folders_;  // of people, by path
  ImageSorter images_;
  std::optional<IndexedImage> ahead_;
};

}  // namespace fedfr::data
