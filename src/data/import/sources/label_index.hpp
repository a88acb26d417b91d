#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "image_sorter.hpp"
#include "text_numbers.hpp"

namespace fedfr::data {

/// What fields with labels are called, the likeliest first.
inline constexpr std::array<std::string_view, 12> usual_label_fields{
    "label",   "cls",    "class",       "identity",  "id",         "person",
    "subject", "labels", "identity_id", "person_id", "subject_id", "target"};

/// Images of people who are called by labels, any texts. The order of people is that of the numbers if all
/// labels are whole numbers, else that of the texts.
class LabelIndex {
 public:
  /// @param scratch  folder for temporary files
  explicit LabelIndex(const std::filesystem::path& scratch) : images_(scratch) {}

  /// @param image  of which all but the identity is set
  /// @param order  as in ImageSorter
  void add(std::string_view label, IndexedImage image, std::string_view order = {});
  std::int64_t images() const { return images_.size(); }

  /// To be called when all are there.
  /// @returns names of people
  std::vector<std::string> sort();
  bool next(IndexedImage& image) { return images_.next(image); }

 private:
  TextNumbers labels_;
  ImageSorter images_;
};

}  // namespace fedfr::data
