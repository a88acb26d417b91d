#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fedfr/core/long_list.hpp"
#include "fedfr/core/text_sorter.hpp"
#include "fedfr/data/codec/alignment.hpp"

namespace fedfr::data {

/// One image, found but not read. What the number and the name mean only its source knows.
struct IndexedImage {
  std::uint32_t identity = 0;  ///< in SourceIndex::identities
  std::uint32_t file = 0;      ///< of several files
  std::uint64_t place = 0;     ///< in its file, or what a source makes of it that has files of single images
  std::uint32_t bytes = 0;     ///< from there on; 0 where it cannot be read with what lies behind it
  std::uint64_t number = 0;
  std::string name{};
  std::optional<Landmarks> landmarks{};  ///< where the source itself has them
};

/// Brings images, as many as a source has, from the order in which they are found into that of their people.
/// Who comes first is known only when all are there; so they wait in a list.
class ImageSorter {
 public:
  /// @param scratch  folder for temporary files
  explicit ImageSorter(const std::filesystem::path& scratch) : found_(scratch), sorted_(scratch) {}

  std::int64_t size() const { return found_.size(); }

  /// @param image  whose identity is any number, as rank() counts
  /// @param order  within a person, by which images are sorted; those of one order keep that of the calls
  void add(const IndexedImage& image, std::string_view order = {});

  /// To be called when all are there.
  /// @param rank  for each of those numbers, which person it is
  void sort(std::span<const std::uint32_t> rank);

  /// Sets `image` to the next one, by identity.
  /// @returns whether there was one
  bool next(IndexedImage& image);

 private:
  LongList found_;
  std::string text_;  // of the image that is being added
  TextSorter sorted_;
};

}  // namespace fedfr::data
