// An image as text: first what it is sorted by, and from the end its name, the length of that, its landmarks,
// whether it has some, and its numbers, so that it can be read back whatever stands before.
#include "image_sorter.hpp"

#include <array>
#include <cstring>

namespace fedfr::data {

namespace {

struct Numbers {
  std::uint64_t place, number;
  std::uint32_t file, bytes, name_bytes;
  std::uint32_t has_landmarks;
};

template <class T>
void append(std::string& text, const T& value) {
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T take_last(std::string_view& text) {
  T value;
  text.substr(text.size() - sizeof value).copy(reinterpret_cast<char*>(&value), sizeof value);
  text.remove_suffix(sizeof value);
  return value;
}

void append_image(std::string& text, const IndexedImage& image) {
  text += image.name;
  if (image.landmarks) append(text, *image.landmarks);
  append(text, Numbers{image.place, image.number, image.file, image.bytes,
                       static_cast<std::uint32_t>(image.name.size()), image.landmarks ? 1U : 0U});
}

/// From the end of a text; all but the identity.
void set_image(std::string_view text, IndexedImage& image) {
  const auto numbers = take_last<Numbers>(text);
  image.place = numbers.place;
  image.number = numbers.number;
  image.file = numbers.file;
  image.bytes = numbers.bytes;
  image.landmarks.reset();
  if (numbers.has_landmarks != 0) image.landmarks = take_last<Landmarks>(text);
  image.name = text.substr(text.size() - numbers.name_bytes);
}

}  // namespace

void ImageSorter::add(const IndexedImage& image, std::string_view order) {
  text_.clear();
  append(text_, image.identity);
  append(text_, static_cast<std::uint32_t>(order.size()));
  text_ += order;
  append_image(text_, image);
  found_.add(text_);
}

void ImageSorter::sort(std::span<const std::uint32_t> rank) {
  std::uint64_t number = 0;  // keeps the order of the calls
  std::string text;
  found_.for_each([&](std::string_view found) {
    std::array<std::uint32_t, 2> head{};  // identity, length of the order
    found.copy(reinterpret_cast<char*>(head.data()), sizeof head);
    found.remove_prefix(sizeof head);
    text = ordered_bytes(rank[head[0]]);
    text += found.substr(0, head[1]);
    text += ordered_bytes(number++);
    text += found.substr(head[1]);
    sorted_.add(text);
  });
}

bool ImageSorter::next(IndexedImage& image) {
  std::string_view text;
  if (!sorted_.next(text)) return false;
  image.identity = number_of_ordered<std::uint32_t>(text);
  set_image(text, image);
  return true;
}

}  // namespace fedfr::data
