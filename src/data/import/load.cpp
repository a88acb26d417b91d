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
void keep_file(std::span<const std::byte> encoded, const std::optional<Landmarks>& landmarks,
               const ImportOptions& options, Candidate& candidate) {
  if (landmarks) return keep_pixels(align(decode(encoded), *landmarks), options, candidate);
  if (options.decode) {
    Image image = decode(encoded);
    candidate.size = image.size;
    if (options.encoding == Encoding::raw || (options.resize && image.size != *options.resize))
      return keep_pixels(std::move(image), options, candidate);
  } else {
    candidate.size = size_of_encoded(encoded);
  }
  const auto* begin = reinterpret_cast<const std::uint8_t*>(encoded.data());
  candidate.stored.assign(begin, begin + encoded.size());
}

std::uint64_t end_of(const IndexedImage& image) { return image.place + image.bytes; }

/// How many images, from the first, lie so close in one file that they are best read at once.
std::size_t length_of_run(std::span<const IndexedImage> images) {
  constexpr std::uint64_t most_between = 4096, most_at_once = std::uint64_t{1} << 20U;
  const auto& first = images.front();
  std::size_t length = 1;
  for (; length < images.size(); ++length) {
    const auto& before = images[length - 1];
    const auto& image = images[length];
    const bool follows = image.file == first.file && image.bytes > 0 && image.place >= end_of(before) &&
                         image.place - end_of(before) <= most_between;
    if (!follows || end_of(image) - first.place > most_at_once) break;
  }
  return length;
}

}  // namespace

void ImageLoader::load(std::span<IndexedImage> images, std::span<Candidate> loaded) const {
  Window window;
  std::size_t end_of_run = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (i == end_of_run) {
      end_of_run += length_of_run(images.subspan(i));
      window.look_ahead(static_cast<std::int64_t>(end_of(images[end_of_run - 1])));
    }
    loaded[i] = load(std::move(images[i]), window);
  }
}

Candidate ImageLoader::load(IndexedImage image, Window& window) const {
  Candidate loaded{.found = std::move(image)};
  const auto& found = loaded.found;
  loaded.name = source_.image_name(found);
  try {
    auto landmarks = found.landmarks;
    if (landmarks_ != nullptr) landmarks = landmarks_->find(identities_[found.identity] + "/" + loaded.name);
    keep_file(source_.read(found, window), landmarks, options_, loaded);
  } catch (const DataError& e) {
    loaded.trouble = e.what();
  }
  return loaded;
}

}  // namespace fedfr::data
