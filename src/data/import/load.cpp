#include "load.hpp"

#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"

namespace fedfr::data {

namespace {

// Only images that were resized are compressed again; the others keep the bytes of their files.
constexpr int resized_quality = 95;

void decode_and_keep(const std::string& bytes, const ImportOptions& options, Candidate& loaded) {
  Image image = decode(std::as_bytes(std::span(bytes)));
  const bool resized = options.resize && image.size != *options.resize;
  if (resized) image = resize(image, *options.resize);
  loaded.size = image.size;
  if (options.encoding == Encoding::raw)
    loaded.stored = std::move(image.pixels);
  else if (resized)
    loaded.stored = encode_jpeg(image, resized_quality);
  else
    loaded.stored.assign(bytes.begin(), bytes.end());
}

}  // namespace

Candidate load(const ImageSource& source, const IndexedImage& image, const ImportOptions& options) {
  Candidate loaded{.name = source.image_name(image), .where = source.where(image)};
  try {
    const std::string bytes = source.read(image);
    if (options.decode) {
      decode_and_keep(bytes, options, loaded);
    } else {
      loaded.size = size_of_encoded(std::as_bytes(std::span(bytes)));
      loaded.stored.assign(bytes.begin(), bytes.end());
    }
  } catch (const DataError& e) {
    loaded.trouble = e.what();
  }
  return loaded;
}

}  // namespace fedfr::data
