#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "data/import/sources/image_source.hpp"

namespace fedfr::data {

/// For images whose `identity` is a label: makes it an index among the labels that there are, sorts by it
/// (images of one person keep their order), and gives the names: the labels as text, by number.
inline std::vector<std::string> number_identities_by_label(std::vector<IndexedImage>& images) {
  std::ranges::stable_sort(images, {}, &IndexedImage::identity);
  std::vector<std::string> names;
  std::uint32_t label = 0;
  for (auto& image : images) {
    if (names.empty() || image.identity != label) names.push_back(std::to_string(label = image.identity));
    image.identity = static_cast<std::uint32_t>(names.size() - 1);
  }
  return names;
}

}  // namespace fedfr::data
