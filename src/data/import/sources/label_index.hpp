#pragma once
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "image_source.hpp"

namespace fedfr::data {

/// What fields with labels are called, the likeliest first.
inline constexpr std::array<std::string_view, 12> usual_label_fields{
    "label",   "cls",    "class",       "identity",  "id",         "person",
    "subject", "labels", "identity_id", "person_id", "subject_id", "target"};

/// People who are called by labels, any texts. Their order is that of the numbers if all labels are whole
/// numbers, else that of the texts.
class LabelIndex {
 public:
  /// The number of a label, in the order in which labels are met.
  std::uint32_t number(std::string_view label);

  /// For images whose `identity` is such a number: sorts them by the order of people (images of one person
  /// keep theirs), makes `identity` an index in it, and gives the names.
  std::vector<std::string> sort(std::vector<IndexedImage>& images) const;

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const std::string*> labels_;  // by number
};

}  // namespace fedfr::data
