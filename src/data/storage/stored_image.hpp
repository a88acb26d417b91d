#pragma once
#include <cstdint>

#include "fedfr/data/storage/dataset.hpp"
#include "fedfr/data/storage/dataset_writer.hpp"

namespace fedfr::data {

/// Options of a dataset that takes over images of `source` byte for byte.
inline DatasetWriter::Options copy_options(const Dataset& source, Role role) {
  return {.role = role, .size = source.image_size(), .encoding = source.encoding()};
}

/// Image `index` of `images`, to be stored again under another label.
inline NewImage stored_image(const ImageSet& images, std::int64_t index, std::int32_t label, Subset subset) {
  return {images.read_stored(index), label, subset, images.source_name(index)};
}

}  // namespace fedfr::data
