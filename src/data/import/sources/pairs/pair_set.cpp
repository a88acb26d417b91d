// InsightFace has kept this format since 2018, but what its programs put into it has changed with Python,
// NumPy and MXNet. Nothing of the pickle is run; other names than those of arrays are refused.
#include "pair_set.hpp"

#include <algorithm>

#include "core/pickle_text.hpp"
#include "fedfr/core/error.hpp"

namespace fedfr::data {

using pickle::Kind;
using pickle::Value;

namespace {

std::vector<bool> flags_of(const Value& value) {
  std::vector<bool> flags;
  if (const auto array = array_of(value)) {
    if (array->shape.size() != 1) throw DataError("its flags are no single row");
    for (std::int64_t i = 0; i < array->shape[0]; ++i) flags.push_back(element(*array, i) != 0);
    return flags;
  }
  for (const Value* flag : value.items()) flags.push_back(whole_number_of(*flag) != 0);
  return flags;
}

bool is_colour_shape(std::span<const std::int64_t> shape) {
  return shape.size() == 3 && (shape[2] == 3 || shape[0] == 3);
}

}  // namespace

PairSet::PairSet(std::span<const std::byte> bytes) : pickle_(pickle::read(bytes, is_of_numpy_arrays)) {
  const Value& root = *pickle_.root;
  if (!root.is(Kind::list) && !root.is(Kind::tuple))
    throw DataError("it is a pickle, but no set of pairs: expected images and flags, but it holds {}",
                    pickle::name(root.kind));
  if (root.items().size() != 2)
    throw DataError("it is a pickle, but no set of pairs: expected images and flags, but it holds {} things",
                    root.items().size());
  const Value& images = *root.items()[0];
  array_ = array_of(images);
  if (array_ && array_->objects != nullptr) {
    list_ = array_->objects;
    array_.reset();
  } else if (!array_) {
    list_ = &images.items();
  } else if (array_->shape.size() != 4 || array_->item_bytes != 1 ||
             !is_colour_shape(std::span(array_->shape).subspan(1))) {
    throw DataError("its images are one array, but no pixels of 8 bits and three colours");
  }
  images_ = array_ ? array_->shape[0] : std::ssize(*list_);
  same_ = flags_of(*root.items()[1]);
  if (std::ssize(same_) * 2 != images_)
    throw DataError("it has {} images and {} flags, where each flag needs two images", images_, same_.size());
}

PairSet::Content PairSet::content_of(std::int64_t image) const {
  if (array_) {
    const std::vector shape(array_->shape.begin() + 1, array_->shape.end());
    const auto size = static_cast<std::size_t>(shape[0] * shape[1] * shape[2]);
    return {array_->data.substr(static_cast<std::size_t>(image) * size, size), false, shape};
  }
  const Value& value = *list_->at(static_cast<std::size_t>(image));
  if (value.is(Kind::bytes)) return {value.characters()};
  if (value.is(Kind::text)) return {value.characters(), true};
  const auto array = array_of(value);
  if (!array)
    throw DataError("its image {} is {}, not bytes or an array (byte {})", image, pickle::name(value.kind),
                    value.offset);
  if (array->item_bytes != 1 || (array->shape.size() != 1 && !is_colour_shape(array->shape)))
    throw DataError(
        "its image {} is an array, but neither bytes of a file nor pixels of three colours (byte {})", image,
        value.offset);
  if (array->shape.size() == 1) return {array->data};
  return {array->data, false, array->shape};
}

void PairSet::check(std::int64_t image) const {
  if (content_of(image).is_text) bytes_of(image);
}

bool PairSet::is_pixels(std::int64_t image) const { return !content_of(image).shape.empty(); }

std::string PairSet::bytes_of(std::int64_t image) const {
  const auto content = content_of(image);
  if (!content.is_text) return std::string(content.bytes);
  const auto bytes = pickle::to_latin_1(content.bytes);
  if (!bytes) throw DataError("its image {} is a text with characters that are no bytes", image);
  return *bytes;
}

Image PairSet::pixels_of(std::int64_t image) const {
  const auto content = content_of(image);
  const bool planar = content.shape[2] != 3;
  const auto height = content.shape[planar ? 1 : 0], width = content.shape[planar ? 2 : 1];
  constexpr std::int64_t longest_side = 16384;
  if (height < 1 || width < 1 || height > longest_side || width > longest_side)
    throw DataError("its image {} has {}x{} pixels", image, height, width);
  Image made{{static_cast<int>(height), static_cast<int>(width)},
             std::vector<std::uint8_t>(content.bytes.size())};
  const auto plane = static_cast<std::size_t>(height * width);
  for (std::size_t at = 0; at < made.pixels.size(); ++at)
    made.pixels[planar ? at : at % 3 * plane + at / 3] = static_cast<std::uint8_t>(content.bytes[at]);
  return made;
}

}  // namespace fedfr::data
