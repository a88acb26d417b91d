#include "load.hpp"

#include <optional>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/data/codec/image_codec.hpp"

namespace fedfr::data {

namespace {

// Only images whose pixels were changed are compressed again; the others keep the bytes of their files.
constexpr int changed_quality = 95;

/// Sets what is to be stored of pixels.
void keep_pixels(Image image, const ImportOptions& options, Candidate& candidate) {
  if (options.resize && image.size != *options.resize) image = resize(image, *options.resize);
  candidate.size = image.size;
  candidate.stored =
      options.encoding == Encoding::raw ? std::move(image.pixels) : encode_jpeg(image, changed_quality);
}

/// The same of the bytes of an image file.
/// @throws DataError if it is none
void keep_file(const std::string& bytes, const std::optional<Landmarks>& landmarks,
               const ImportOptions& options, Candidate& candidate) {
  const auto encoded = std::as_bytes(std::span(bytes));
  if (landmarks) return keep_pixels(align(decode(encoded), *landmarks), options, candidate);
  if (options.decode) {
    Image image = decode(encoded);
    candidate.size = image.size;
    if (options.encoding == Encoding::raw || (options.resize && image.size != *options.resize))
      return keep_pixels(std::move(image), options, candidate);
  } else {
    candidate.size = size_of_encoded(encoded);
  }
  candidate.stored.assign(bytes.begin(), bytes.end());
}

}  // namespace

Candidate ImageLoader::load(IndexedImage image) const {
  Candidate loaded{.found = std::move(image)};
  const auto& found = loaded.found;
  loaded.name = source_.image_name(found);
  try {
    auto landmarks = found.landmarks;
    if (landmarks_ != nullptr) landmarks = landmarks_->find(identities_[found.identity] + "/" + loaded.name);
    keep_file(source_.read(found), landmarks, options_, loaded);
  } catch (const DataError& e) {
    loaded.trouble = e.what();
  }
  return loaded;
}

}  // namespace fedfr::data
