#pragma once
#include "collection_sink.hpp"
#include "sources/image_source.hpp"

namespace fedfr::data {

/// Reads, decodes and resizes one image as the options say. What is wrong with it is noted in the result.
Candidate load(const ImageSource& source, const IndexedImage& image, const ImportOptions& options);

}  // namespace fedfr::data
