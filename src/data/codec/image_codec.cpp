#include "fedfr/data/codec/image_codec.hpp"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "fedfr/core/error.hpp"
#include "fedfr/core/file.hpp"

namespace fedfr::data {

namespace {

using TurboJpeg = std::unique_ptr<void, decltype(&tjDestroy)>;

TurboJpeg checked(tjhandle handle) {
  if (handle == nullptr) throw DataError("cannot start libjpeg-turbo: {}", tjGetErrorStr2(nullptr));
  return {handle, tjDestroy};
}

/// A damaged header must not become a request for gigabytes of memory.
void check_size(ImageSize size) {
  constexpr int longest_side = 16384;
  if (size.height < 1 || size.width < 1 || size.height > longest_side || size.width > longest_side)
    throw DataError("its size of {}x{} pixels is not between 1x1 and {}x{}", size.height, size.width,
                    longest_side, longest_side);
}

Image from_interleaved(std::span<const std::uint8_t> rgb, ImageSize size) {
  Image image{size, std::vector<std::uint8_t>(rgb.size())};
  const std::size_t plane = rgb.size() / 3;
  for (std::size_t at = 0; at < plane; ++at)
    for (std::size_t c = 0; c < 3; ++c) image.pixels[c * plane + at] = rgb[at * 3 + c];
  return image;
}

std::vector<std::uint8_t> to_interleaved(const Image& image) {
  const std::size_t plane = image.pixels.size() / 3;
  std::vector<std::uint8_t> rgb(image.pixels.size());
  for (std::size_t at = 0; at < plane; ++at)
    for (std::size_t c = 0; c < 3; ++c) rgb[at * 3 + c] = image.pixels[c * plane + at];
  return rgb;
}

Image decode_jpeg(std::span<const std::byte> encoded) {
  const TurboJpeg decoder = checked(tjInitDecompress());
  const auto* bytes = reinterpret_cast<const unsigned char*>(encoded.data());
  ImageSize size;
  int subsampling = 0;
  int colour_space = 0;
  if (tjDecompressHeader3(decoder.get(), bytes, encoded.size(), &size.width, &size.height, &subsampling,
                          &colour_space) != 0)
    throw DataError("not a readable JPEG: {}", tjGetErrorStr2(decoder.get()));
  check_size(size);
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(size.bytes()));
  if (tjDecompress2(decoder.get(), bytes, encoded.size(), rgb.data(), size.width, 0, size.height, TJPF_RGB,
                    TJFLAG_ACCURATEDCT) != 0)
    throw DataError("not a readable JPEG: {}", tjGetErrorStr2(decoder.get()));
  return from_interleaved(rgb, size);
}

Image decode_png(std::span<const std::byte> encoded) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, encoded.data(), encoded.size()) == 0)
    throw DataError("not a readable PNG: {}", png.message);
  png.format = PNG_FORMAT_RGB;
  const ImageSize size{static_cast<int>(png.height), static_cast<int>(png.width)};
  const std::unique_ptr<png_image, decltype(&png_image_free)> owner(&png, png_image_free);
  check_size(size);
  std::vector<std::uint8_t> rgb(PNG_IMAGE_SIZE(png));
  const png_color black{0, 0, 0};
  if (png_image_finish_read(&png, &black, rgb.data(), 0, nullptr) == 0)
    throw DataError("not a readable PNG: {}", png.message);
  return from_interleaved(rgb, size);
}

/// How much of each source pixel one target pixel takes along one axis.
struct Taps {
  int first = 0;
  std::vector<double> weights;
};

/// A triangle filter as wide as a target pixel (when shrinking) or a source pixel (when growing):
/// area-weighted and bilinear at once.
std::vector<Taps> make_taps(int from, int to) {
  const double scale = static_cast<double>(from) / to;
  const double radius = std::max(scale, 1.0);
  std::vector<Taps> all;
  for (int target = 0; target < to; ++target) {
    const double centre = (target + 0.5) * scale - 0.5;
    const int first = std::max(0, static_cast<int>(std::ceil(centre - radius)));
    const int last = std::min(from - 1, static_cast<int>(std::floor(centre + radius)));
    Taps taps{first, {}};
    double sum = 0;
    for (int source = first; source <= last; ++source) {
      taps.weights.push_back(std::max(0.0, 1.0 - std::abs(source - centre) / radius));
      sum += taps.weights.back();
    }
    for (auto& weight : taps.weights) weight /= sum;
    all.push_back(std::move(taps));
  }
  return all;
}

}  // namespace

Image decode(std::span<const std::byte> encoded) {
  const auto starts_with = [&](std::initializer_list<int> magic) {
    std::size_t at = 0;
    return encoded.size() > magic.size() &&
           std::ranges::all_of(magic, [&](int byte) { return static_cast<int>(encoded[at++]) == byte; });
  };
  if (starts_with({0xFF, 0xD8})) return decode_jpeg(encoded);
  if (starts_with({0x89, 'P', 'N', 'G'})) return decode_png(encoded);
  throw DataError("neither a JPEG nor a PNG");
}

Image read_image(const std::filesystem::path& path) {
  const std::string bytes = read_text(path);
  try {
    return decode(std::as_bytes(std::span(bytes)));
  } catch (const DataError& e) {
    throw DataError("{}: {}", path.string(), e.what());
  }
}

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  const TurboJpeg encoder = checked(tjInitCompress());
  const auto rgb = to_interleaved(image);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(encoder.get(), rgb.data(), image.size.width, 0, image.size.height, TJPF_RGB,
                                 &bytes, &size, TJSAMP_444, quality, TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, decltype(&tjFree)> owner(bytes, tjFree);
  if (failed != 0) throw DataError("cannot encode a JPEG: {}", tjGetErrorStr2(encoder.get()));
  return {bytes, bytes + size};
}

void write_png(const std::filesystem::path& path, const Image& image) {
  const auto rgb = to_interleaved(image);
  replace_file(path, [&](const std::filesystem::path& temporary) {
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    png.width = static_cast<png_uint_32>(image.size.width);
    png.height = static_cast<png_uint_32>(image.size.height);
    png.format = PNG_FORMAT_RGB;
    if (png_image_write_to_file(&png, temporary.c_str(), 0, rgb.data(), 0, nullptr) == 0)
      throw DataError("cannot write {}: {}", path.string(), png.message);
  });
}

Image resize(const Image& image, ImageSize size) {
  if (image.size == size) return image;
  const auto columns = make_taps(image.size.width, size.width);
  const auto rows = make_taps(image.size.height, size.height);
  Image out{size, std::vector<std::uint8_t>(static_cast<std::size_t>(size.bytes()))};
  std::vector<double> narrow(static_cast<std::size_t>(image.size.height) * columns.size());
  for (int c = 0; c < 3; ++c) {
    const std::uint8_t* in =
        image.pixels.data() + static_cast<std::ptrdiff_t>(c) * image.size.height * image.size.width;
    for (int y = 0; y < image.size.height; ++y) {
      for (std::size_t x = 0; x < columns.size(); ++x) {
        double sum = 0;
        for (std::size_t k = 0; k < columns[x].weights.size(); ++k)
          sum += columns[x].weights[k] * in[y * image.size.width + columns[x].first + static_cast<int>(k)];
        narrow[static_cast<std::size_t>(y) * columns.size() + x] = sum;
      }
    }
    std::uint8_t* to = out.pixels.data() + static_cast<std::ptrdiff_t>(c) * size.height * size.width;
    for (const auto& row : rows) {
      for (std::size_t x = 0; x < columns.size(); ++x) {
        double sum = 0;
        for (std::size_t k = 0; k < row.weights.size(); ++k)
          sum += row.weights[k] * narrow[(static_cast<std::size_t>(row.first) + k) * columns.size() + x];
        *to++ = static_cast<std::uint8_t>(std::clamp(std::lround(sum), 0L, 255L));
      }
    }
  }
  return out;
}

}  // namespace fedfr::data
